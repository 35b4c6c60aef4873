import { matchesPattern } from './pattern.ts';
import type { Role } from './principal.ts';
import { claimValues } from './team-membership.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Whoever has the claim gets the role. */
export interface RoleRule {
  /** Its name; dots lead into objects. */
  claim: string;
  /** A pattern such as `team-*`. */
  value: string;
  role: Role;
  scope: 'all' | 'teams';
}

/** The role for somebody who signs in: that of the first rule that fits, else the default; null: none. */
export function roleOfClaims(
  claims: Claims,
  rules: readonly RoleRule[],
  fallback: { role: Role | null; scope: 'all' | 'teams' },
): { role: Role; scope: 'all' | 'teams' } | null {
  const rule = rules.find(({ claim, value }) =>
    claimValues(claims, claim).some((held) => matchesPattern(value, held)),
  );
  if (rule) return { role: rule.role, scope: rule.scope };
  return fallback.role === null ? null : { role: fallback.role, scope: fallback.scope };
}

/** True when each of the patterns fits a value of its claim. */
export function hasClaims(claims: Claims, required: Readonly<Record<string, string>>): boolean {
  return Object.entries(required).every(([claim, pattern]) =>
    claimValues(claims, claim).some((held) => matchesPattern(pattern, held)),
  );
}

/** What an identity provider says of a person, as far as it may be believed. */
export interface Profile {
  name: string;
  /** undefined unless it is the person's for sure */
  email: string | undefined;
  /** A username that is like what the provider calls them, and fit to be one of ours. */
  username: string;
}

/**
 * @param options.trustEmail - addresses count even where the provider doesn't call them verified
 */
export function profileOfClaims(
  claims: Claims & { sub: string },
  options: { usernameClaim: string; trustEmail: boolean },
): Profile {
  const email = textOf(claims, 'email');
  // Some providers write the truth value as a text.
  const isVerified = [true, 'true'].includes(claims['email_verified'] as string | boolean);
  const isTheirs = email !== undefined && isAddress(email) && (isVerified || options.trustEmail);
  const called = textOf(claims, options.usernameClaim) ?? email ?? claims.sub;
  const given = [textOf(claims, 'given_name'), textOf(claims, 'family_name')];
  const name = textOf(claims, 'name') ?? (given.filter(Boolean).join(' ') || called);
  return {
    name: printable(name).slice(0, 100) || 'Somebody',
    email: isTheirs ? email : undefined,
    username: asUsername(called),
  };
}

/** What is kept of claims with a session: those that may make somebody a member of a team. */
export function teamClaims(claims: Claims, names: readonly string[] | null): Claims {
  return Object.fromEntries(
    Object.entries(claims).filter(([name]) =>
      names === null
        ? !NOT_FOR_TEAMS.has(name)
        : names.some((wanted) => wanted === name || wanted.startsWith(`${name}.`)),
    ),
  );
}

/** About the token itself, or about the person and nobody else. */
const NOT_FOR_TEAMS: ReadonlySet<string> = new Set([
  ...['acr', 'amr', 'at_hash', 'aud', 'auth_time', 'azp', 'c_hash', 'exp', 'iat', 'iss', 'jti'],
  ...['nbf', 'nonce', 's_hash', 'sid', 'uti', 'rh', 'ver'],
  ...['address', 'birthdate', 'email', 'email_verified', 'family_name', 'gender', 'given_name'],
  ...['locale', 'middle_name', 'name', 'nickname', 'phone_number', 'phone_number_verified'],
  ...['picture', 'preferred_username', 'profile', 'updated_at', 'website', 'zoneinfo'],
]);

/** Letters, digits, dots, dashes and underscores, lower case, at most 50, never empty. */
function asUsername(called: string): string {
  const [beforeAt = ''] = called.split('@');
  const plain = beforeAt
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 50)
    .replace(/[^a-z0-9]+$/, '');
  return plain === '' ? 'user' : plain;
}

function textOf(claims: Claims, name: string): string | undefined {
  const [value] = claimValues(claims, name);
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@\u0000-\u001f]+@[^\s@\u0000-\u001f]+$/.test(text);
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}]+/gu, ' ').trim();
}
