import { matchesPattern } from './pattern.ts';

export const MEMBER_KINDS = ['user', 'subject', 'email', 'claim'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];

/** One line of a team's list of members: whoever fits it belongs to the team. */
export interface Membership {
  team: string;
  kind: MemberKind;
  /** for subject and claim: of this issuer only; empty: of any */
  issuer: string;
  /** for claim: its name, such as groups */
  claim: string;
  /** for claim also a pattern such as acme/* */
  value: string;
}

/** Who may belong to teams, as far as it is known and trusted. */
export interface TeamIdentity {
  /** of an account */
  username?: string | undefined;
  /** the identity provider's */
  issuer?: string | undefined;
  subject?: string | undefined;
  /** Left out unless it is known to be the person's: verified, or of an issuer trusted for it. */
  email?: string | undefined;
  /** of the identity provider's token */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** Names of the teams that somebody belongs to, each once, in order. */
export function teamsOfIdentity(
  identity: TeamIdentity,
  memberships: readonly Membership[],
): string[] {
  const teams = memberships.filter((one) => isMember(identity, one)).map(({ team }) => team);
  return [...new Set(teams)].toSorted();
}

function isMember(identity: TeamIdentity, { kind, issuer, claim, value }: Membership): boolean {
  const isOfIssuer = identity.issuer !== undefined && (issuer === '' || issuer === identity.issuer);
  switch (kind) {
    case 'user':
      return identity.username?.toLowerCase() === value.toLowerCase();
    case 'subject':
      // providers tell subjects apart by case
      return isOfIssuer && identity.subject === value;
    case 'email':
      return identity.email?.toLowerCase() === value.toLowerCase();
    case 'claim':
      return (
        isOfIssuer &&
        claimValues(identity.claims, claim).some((held) => matchesPattern(value, held))
      );
    default:
      return false;
  }
}

/**
 * What a claim says, as texts: of a list each entry, of a number or truth value how it is written.
 * A name with dots (`realm_access.roles`) leads into objects, where no claim has just that name.
 */
export function claimValues(
  claims: Readonly<Record<string, unknown>> | undefined,
  name: string,
): string[] {
  const found = findClaim(claims, name);
  return (Array.isArray(found) ? found : [found]).flatMap((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [String(value)]
      : [],
  );
}

function findClaim(claims: unknown, name: string): unknown {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
  if (Object.hasOwn(claims, name)) return (claims as Record<string, unknown>)[name];
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : findClaim(ownValue(claims, name.slice(0, dot)), name.slice(dot + 1));
}

function ownValue(claims: object, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims as Record<string, unknown>)[name] : undefined;
}
