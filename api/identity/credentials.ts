import type { Pool as ConnectionPool } from 'pg';
import type { Logger } from '../../config/log.ts';
import {
  limitPermissions,
  permissionsInScope,
  type Principal,
  type Role,
  ROLE_PERMISSIONS,
} from '../../domain/principal.ts';
import type { TeamMemberships } from '../teams/memberships.ts';
import type { AccessClaims } from './access-tokens.ts';
import { tokenHash } from './secret-token.ts';

/** A session or token that was found good. */
export interface Credential {
  principal: Principal;
  /** null for an API token */
  session: { id: string; expiresAt: Date } | null;
  /** False for an API token that was given less than its user may. */
  isWhole: boolean;
}

interface UserRow {
  user_id: string;
  username: string;
  name: string;
  email: string | null;
  role: Role;
  scope: Principal['scope'];
  issuer: string | null;
  subject: string | null;
  is_stale: boolean;
}

const USER = `u.id AS user_id, u.username, u.name, u.email, u.role, u.scope, u.issuer, u.subject`;

const FIND_SESSION = `
SELECT ${USER}, s.expires_at, s.claims, s.last_used_at < now() - interval '1 minute' AS is_stale
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND u.id = $2 AND u.active AND s.ended_at IS NULL AND s.expires_at > now()`;

const FIND_TOKEN = `
SELECT ${USER}, t.id AS token_id, t.permissions,
  t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS is_stale
FROM api_tokens t JOIN users u ON u.id = t.user_id
WHERE t.hash = $1 AND u.active AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > now())`;

/** Said again, as several requests may see the same row as stale. */
const TOUCH_SESSION = `
UPDATE sessions SET last_used_at = now()
WHERE id = $1 AND last_used_at < now() - interval '1 minute'`;
const TOUCH_TOKEN = `
UPDATE api_tokens SET last_used_at = now()
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;

/**
 * Who a session or an API token stands for, as the database has it at this moment: nothing is kept,
 * so that what was ended, revoked or changed counts at once, in every process.
 */
export class Credentials {
  readonly #connections: ConnectionPool;
  readonly #memberships: TeamMemberships;
  readonly #log: Logger;

  constructor(parts: { connections: ConnectionPool; memberships: TeamMemberships; log: Logger }) {
    this.#connections = parts.connections;
    this.#memberships = parts.memberships;
    this.#log = parts.log;
  }

  /** Null when the session is over, or its user's role or scope is another than the token says. */
  async ofAccessToken(claims: AccessClaims): Promise<Credential | null> {
    const credential = await this.ofSession(claims);
    const { role, scope } = credential?.principal ?? {};
    return role === claims.role && scope === claims.scope ? credential : null;
  }

  /** Null when the session is over. */
  async ofSession(ids: { sessionId: string; userId: string }): Promise<Credential | null> {
    const { sessionId, userId } = ids;
    const { rows } = await this.#connections.query<
      UserRow & { expires_at: Date; claims: Record<string, unknown> | null }
    >(FIND_SESSION, [sessionId, userId]);
    const [row] = rows;
    if (!row) return null;
    if (row.is_stale) this.#touch(TOUCH_SESSION, sessionId);
    return {
      principal: await this.#principal(row, 'session', [], row.claims ?? undefined),
      session: { id: sessionId, expiresAt: row.expires_at },
      isWhole: true,
    };
  }

  /** Null when there is no such token, it has lapsed or was revoked, or its user is not active. */
  async ofApiToken(token: string): Promise<Credential | null> {
    const { rows } = await this.#connections.query<
      UserRow & { token_id: string; permissions: string[] }
    >(FIND_TOKEN, [tokenHash(token)]);
    const [row] = rows;
    if (!row) return null;
    if (row.is_stale) this.#touch(TOUCH_TOKEN, row.token_id);
    return {
      principal: await this.#principal(row, 'api_token', row.permissions),
      session: null,
      isWhole: row.permissions.length === 0,
    };
  }

  async #principal(
    row: UserRow,
    kind: 'session' | 'api_token',
    limits: readonly string[],
    claims?: Record<string, unknown>,
  ): Promise<Principal> {
    const { username, issuer, subject, email } = row;
    return {
      kind,
      id: `user:${username}`,
      name: row.name,
      role: row.role,
      scope: row.scope,
      teams: await this.#memberships.teamsOf({
        username,
        ...(issuer === null ? {} : { issuer }),
        ...(subject === null ? {} : { subject }),
        ...(email === null ? {} : { email }),
        ...(claims === undefined ? {} : { claims }),
      }),
      permissions: permissionsInScope(
        limitPermissions(ROLE_PERMISSIONS[row.role], limits),
        row.scope,
      ),
      userId: row.user_id,
    };
  }

  /** Nobody waits for it, and nothing depends on it. */
  #touch(statement: string, id: string): void {
    this.#connections.query(statement, [id]).catch((error: unknown) => {
      this.#log.debug({ err: error }, 'The time of the last use could not be kept');
    });
  }
}
