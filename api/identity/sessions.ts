import type { Context } from 'hono';
import type { AuditActor } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { clientAddress } from '../middleware/client-address.ts';
import { makeToken, tokenHash } from './secret-token.ts';

export type EndReason =
  | 'signed_out'
  | 'ended_by_user'
  | 'ended_by_admin'
  | 'refresh_token_reused'
  | 'password_changed'
  | 'user_deactivated';

/** A session with the refresh token that was made for it just now. */
export interface OpenSession {
  id: string;
  user: { id: string; role: string; scope: string };
  refreshToken: string;
  expiresAt: Date;
}

interface SessionRow {
  id: string;
  user_id: string;
  username: string;
  name: string;
  role: string;
  scope: string;
  expires_at: Date;
}

/** True for one of two requests that come with the same token, however close. */
const USE_TOKEN = `
UPDATE refresh_tokens SET used_at = now() WHERE hash = $1 AND used_at IS NULL RETURNING session_id`;

const PROLONG = `
UPDATE sessions s SET last_used_at = now(), expires_at = now() + $2 * interval '1 millisecond'
FROM users u
WHERE s.id = $1::uuid AND u.id = s.user_id AND u.active AND s.ended_at IS NULL AND s.expires_at > now()
RETURNING s.id, s.expires_at, u.id AS user_id, u.username, u.name, u.role, u.scope`;

const END = `
UPDATE sessions s SET ended_at = now(), end_reason = $2 FROM users u
WHERE s.id = $1::uuid AND u.id = s.user_id AND s.ended_at IS NULL
RETURNING s.id, s.expires_at, u.id AS user_id, u.username, u.name, u.role, u.scope`;

/**
 * Opens a session, in the transaction in which the user was found good.
 *
 * @param options.claims - what the identity provider told, for memberships of teams
 * @param options.idle - milliseconds that it lasts without a refresh
 */
export async function openSession(
  transaction: Prisma.TransactionClient,
  context: Context<ApiEnvironment>,
  options: {
    user: { id: string; username: string; name: string; role: string; scope: string };
    method: 'password' | 'oidc';
    claims?: Prisma.InputJsonObject;
    idle: number;
  },
): Promise<OpenSession> {
  const { user, method, claims, idle } = options;
  const refreshToken = makeToken('refresh');
  const now = new Date();
  const session = await transaction.session.create({
    data: {
      userId: user.id,
      method,
      address: clientAddress(context),
      userAgent: (context.req.header('User-Agent') ?? '').slice(0, 512),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + idle),
      ...(claims === undefined ? {} : { claims }),
      refreshTokens: { create: { hash: tokenHash(refreshToken) } },
    },
  });
  await transaction.user.update({ where: { id: user.id }, data: { lastSignInAt: now } });
  await appendAudit(transaction, {
    ...told(context, {
      type: 'session.started',
      action: 'sign_in',
      resource: { type: 'session', id: session.id },
      details: { username: user.username, method },
    }),
    actor: actorOfUser(context, user),
  });
  return { id: session.id, user, refreshToken, expiresAt: session.expiresAt };
}

/**
 * Gives a session its next refresh token for the last one. A token that was used before ends the
 * session: either its user or a thief holds a copy, and nobody can tell which came first.
 *
 * @returns null when the token is not known or its session is over
 */
export async function rotateSession(
  database: Database,
  context: Context<ApiEnvironment>,
  refreshToken: string,
  idle: number,
): Promise<OpenSession | null> {
  const hash = tokenHash(refreshToken);
  return database.$transaction(async (transaction) => {
    const used = await transaction.$queryRawUnsafe<{ session_id: string }[]>(USE_TOKEN, hash);
    if (!used[0]) {
      await endIfReused(transaction, context, hash);
      return null;
    }
    const [row] = await transaction.$queryRawUnsafe<SessionRow[]>(
      PROLONG,
      used[0].session_id,
      idle,
    );
    if (!row) return null;
    const next = makeToken('refresh');
    await transaction.refreshToken.create({ data: { hash: tokenHash(next), sessionId: row.id } });
    await appendAudit(transaction, {
      ...told(context, {
        type: 'session.refreshed',
        action: 'refresh',
        resource: { type: 'session', id: row.id },
      }),
      actor: actorOfUser(context, row),
    });
    const user = { id: row.user_id, role: row.role, scope: row.scope };
    return { id: row.id, user, refreshToken: next, expiresAt: row.expires_at };
  });
}

/** Ends the session that a used token belongs to; one that's over already is not told of again. */
async function endIfReused(
  transaction: Prisma.TransactionClient,
  context: Context<ApiEnvironment>,
  hash: string,
): Promise<void> {
  const token = await transaction.refreshToken.findUnique({ where: { hash } });
  if (!token) return;
  const ended = await transaction.$queryRawUnsafe<SessionRow[]>(
    END,
    token.sessionId,
    'refresh_token_reused',
  );
  for (const row of ended) {
    await appendAudit(transaction, {
      ...told(context, {
        type: 'security.refresh_token_reused',
        action: 'refresh',
        outcome: 'denied',
        resource: { type: 'session', id: row.id },
        details: { username: row.username, user_id: row.user_id },
      }),
    });
  }
}

/** @returns whether it was open until now */
export async function endSession(
  database: Database,
  context: Context<ApiEnvironment>,
  id: string,
  reason: EndReason,
): Promise<boolean> {
  return database.$transaction(async (transaction) => {
    const [row] = await transaction.$queryRawUnsafe<SessionRow[]>(END, id, reason);
    if (!row) return false;
    const event = told(context, {
      type: 'session.ended',
      action: 'sign_out',
      resource: { type: 'session', id: row.id },
      details: { username: row.username, reason },
    });
    await appendAudit(
      transaction,
      event.actor.kind === 'anonymous' ? { ...event, actor: actorOfUser(context, row) } : event,
    );
    return true;
  });
}

/**
 * Ends all sessions of a user.
 *
 * @param except - one that stays
 * @returns how many were open until now
 */
export async function endSessionsOf(
  transaction: Prisma.TransactionClient,
  userId: string,
  reason: EndReason,
  except?: string,
): Promise<number> {
  const { count } = await transaction.session.updateMany({
    where: { userId, endedAt: null, ...(except === undefined ? {} : { id: { not: except } }) },
    data: { endedAt: new Date(), endReason: reason },
  });
  return count;
}

function actorOfUser(
  context: Context<ApiEnvironment>,
  { username, name }: { username: string; name: string },
): AuditActor {
  return { kind: 'session', id: `user:${username}`, name, address: clientAddress(context) };
}
