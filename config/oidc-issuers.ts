import { readFileSync } from 'node:fs';
import type { RoleRule } from '../domain/claims-mapping.ts';
import type { Role } from '../domain/principal.ts';
import { InvalidSettingsError } from './load.ts';
import type { IssuerSetting } from './oidc-schema.ts';
import type { Settings } from './schema.ts';

/** An identity provider whose tokens are trusted. */
export interface OidcIssuer {
  id: string;
  /** Stands on the sign-in page's button. */
  name: string;
  /** Exactly as its tokens and its discovery document have it. */
  issuer: string;
  /** A token must be for one of these. */
  audiences: readonly string[];
  /** null: its tokens are accepted, but nobody signs in to the dashboard with it */
  client: { id: string; secret: string | null; scopes: readonly string[] } | null;
  algorithms: readonly string[];
  /** The first that fits counts. */
  roles: readonly RoleRule[];
  /** For people that no rule fits; null: they may not sign in. */
  defaultRole: Role | null;
  defaultScope: 'all' | 'teams';
  /** Patterns; a token of which one doesn't fit is not accepted. */
  requiredClaims: Readonly<Record<string, string>>;
  /** Claims that may make somebody a member of a team; null: any. */
  teamClaims: readonly string[] | null;
  usernameClaim: string;
  /** Addresses count even where the provider doesn't call them verified. */
  trustEmail: boolean;
}

/**
 * The identity providers that the settings name; none where OIDC is switched off.
 *
 * @throws InvalidSettingsError for a file that can't be read, or an unprotected address in production
 */
export function oidcIssuers(settings: Settings): OidcIssuer[] {
  const problems = oidcProblems(settings);
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  if (settings.ENABLE_OIDC_AUTH === 'false') return [];
  return settings.OIDC_ISSUERS.map((one, place) => ({
    id: one.id,
    name: one.name,
    issuer: one.issuer,
    audiences: [one.audience ?? one.client_id ?? []].flat(),
    client:
      one.client_id === undefined
        ? null
        : { id: one.client_id, secret: clientSecret(one, place), scopes: one.scopes },
    algorithms: one.algorithms,
    roles: one.roles,
    defaultRole: one.default_role,
    defaultScope: one.default_scope,
    requiredClaims: one.required_claims,
    teamClaims: one.team_claims ?? null,
    usernameClaim: one.username_claim,
    trustEmail: one.trust_email,
  }));
}

/** What production forbids of these settings; one message for each. */
export function oidcProblems(settings: Settings): string[] {
  if (settings.NODE_ENV !== 'production') return [];
  const unprotected = settings.OIDC_ISSUERS.flatMap(({ issuer: address }, place) => {
    const url = new URL(address);
    return url.protocol === 'https:' || isLoopback(url)
      ? []
      : [`OIDC_ISSUERS.${place}.issuer: must begin with https:// when NODE_ENV is production`];
  });
  return settings.ENABLE_OIDC_AUTH === 'false'
    ? [
        'ENABLE_OIDC_AUTH=false is for development: leave it out when NODE_ENV is production',
        ...unprotected,
      ]
    : unprotected;
}

/** True for an address that leads to this machine itself. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function clientSecret(one: IssuerSetting, place: number): string | null {
  const file = one.client_secret_file;
  if (file === undefined) return one.client_secret ?? null;
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
  } catch {
    // told of below
  }
  throw new InvalidSettingsError([
    `OIDC_ISSUERS.${place}.client_secret_file: ${file} can't be read, or is empty`,
  ]);
}
