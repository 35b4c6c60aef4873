import { decodeJwt } from 'jose';
import type { Logger } from '../../config/log.ts';
import type { OidcIssuer } from '../../config/oidc-issuers.ts';
import type { SigningKey } from '../../config/signing-keys.ts';
import { profileOfClaims, teamClaims } from '../../domain/claims-mapping.ts';
import {
  MEMBER_PERMISSIONS,
  permissionsInScope,
  type Principal,
  type Role,
  ROLE_PERMISSIONS,
} from '../../domain/principal.ts';
import type { Database } from '../../prisma/client.ts';
import type { TeamMemberships } from '../teams/memberships.ts';
import { InvalidTokenError, SignInError } from './errors.ts';
import { PendingSignIns } from './pending-sign-in.ts';
import { Provider, type ProviderTimes } from './provider.ts';
import { SignInClient } from './sign-in-client.ts';
import { type VerifiedClaims, verifyToken } from './verify-token.ts';

/** Characters; tokens with two hundred groups have some eight thousand. */
const MOST_CHARACTERS = 16 * 1024;

export interface OidcAuthenticationParts {
  issuers: readonly OidcIssuer[];
  database: Database;
  memberships: TeamMemberships;
  /** Of the access tokens. */
  signingKeys: readonly SigningKey[];
  log: Logger;
  times?: Partial<ProviderTimes>;
}

/** The identity providers that are trusted: who their tokens stand for, and signing in by them. */
export class OidcAuthentication {
  readonly #parts: OidcAuthenticationParts;
  readonly pendingSignIns: PendingSignIns;
  readonly #clients: ReadonlyMap<string, SignInClient>;
  readonly #trusted: ReadonlyMap<string, { issuer: OidcIssuer; provider: Provider }>;

  constructor(parts: OidcAuthenticationParts) {
    this.#parts = parts;
    this.#trusted = new Map(
      parts.issuers.map((issuer) => [
        issuer.issuer,
        { issuer, provider: new Provider(issuer, parts.times) },
      ]),
    );
    this.pendingSignIns = new PendingSignIns(parts.signingKeys);
    this.#clients = new Map(
      [...this.#trusted.values()].flatMap(({ issuer, provider }) =>
        issuer.client === null
          ? []
          : [
              [
                issuer.id,
                new SignInClient({ issuer, client: issuer.client, provider, log: parts.log }),
              ] as const,
            ],
      ),
    );
  }

  has(id: string): boolean {
    return this.#clients.has(id);
  }

  /** @throws SignInError where people don't sign in by such a provider */
  signInClient(id: string): SignInClient {
    const client = this.#clients.get(id);
    if (!client) throw new SignInError('unknown_issuer');
    return client;
  }

  /** Providers by which people sign in to the dashboard. */
  get methods(): { id: string; name: string }[] {
    return [...this.#clients.values()].map(({ issuer: { id, name } }) => ({ id, name }));
  }

  /**
   * The account that is linked to the token's subject; without one a member of its teams.
   *
   * @throws InvalidTokenError, ProviderUnavailableError, the database's errors
   */
  async authenticate(token: string): Promise<Principal> {
    if (token.length > MOST_CHARACTERS) throw new InvalidTokenError('The token is too long');
    const trusted = this.#trusted.get(issuerOf(token));
    if (!trusted) throw new InvalidTokenError('The issuer of the token is not trusted here');
    const claims = await verifyToken(token, { ...trusted, log: this.#parts.log });
    return this.#principal(claims, trusted.issuer);
  }

  async #principal(claims: VerifiedClaims, issuer: OidcIssuer): Promise<Principal> {
    const { iss, sub } = claims;
    const { database, memberships } = this.#parts;
    const user = await database.user.findUnique({
      where: { issuer_subject: { issuer: iss, subject: sub } },
    });
    if (user && !user.active)
      throw new InvalidTokenError('The account of this token is not active');
    const profile = profileOfClaims(claims, issuer);
    const teams = await memberships.teamsOf({
      username: user?.username,
      issuer: iss,
      subject: sub,
      email: profile.email ?? user?.email ?? undefined,
      claims: issuer.teamClaims === null ? claims : teamClaims(claims, issuer.teamClaims),
    });
    if (!user) {
      return {
        kind: 'oidc',
        id: `oidc:${iss}#${sub}`,
        name: profile.name,
        role: 'member',
        scope: 'teams',
        teams,
        permissions: MEMBER_PERMISSIONS,
        userId: null,
      };
    }
    const role = user.role as Role;
    const scope = user.scope as Principal['scope'];
    return {
      kind: 'oidc',
      id: `user:${user.username}`,
      name: user.name,
      role,
      scope,
      teams,
      permissions: permissionsInScope(ROLE_PERMISSIONS[role], scope),
      userId: user.id,
    };
  }
}

/** What a token says of who made it, unchecked. */
function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new InvalidTokenError('The token is not a JWT');
  }
}
