import type { Context } from 'hono';
import { z } from 'zod';
import { allows, PERMISSIONS, type Principal } from '../../domain/principal.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { ApiTokenModel } from '../../prisma/generated/models/ApiToken.ts';
import { told } from '../audit/actor.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ConflictError, InvalidRequestError, NotFoundError, NotSignedInError } from '../errors.ts';
import type { paginationSchema } from '../schemas/common.ts';
import type { ApiToken, ApiTokenPage, CreatedApiToken, NewApiToken } from '../schemas/user.ts';
import { isUuid } from './is-uuid.ts';
import { makeToken, tokenHash } from './secret-token.ts';

const DAY = 86_400_000;
const MOST_TOKENS = 100;
/** Characters of a token that tell it from others, and don't help to guess the rest. */
const HINT = 8;

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

/** One page of tokens that weren't revoked, the latest first. @param userId - null: everybody's */
export async function listTokens(
  database: Database,
  userId: string | null,
  { limit = 50, cursor }: z.output<typeof paginationSchema>,
): Promise<ApiTokenPage> {
  const rows = await database.apiToken.findMany({
    where: {
      revokedAt: null,
      ...(userId === null ? {} : { userId }),
      ...(cursor === undefined ? {} : after(cursor)),
    },
    include: { user: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => toApiToken(row, row.user.username)),
    next_cursor:
      rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
  };
}

/** @throws InvalidRequestError for permissions that the user doesn't have; ConflictError for too many */
export async function createToken(
  database: Database,
  context: Context<ApiEnvironment>,
  { userId, principal }: { userId: string; principal: Principal },
  { name, permissions = [], expires_in_days: days }: NewApiToken,
): Promise<CreatedApiToken> {
  refuseMore(principal, permissions);
  const token = makeToken('api');
  const now = new Date();
  const { row, username } = await database.$transaction(async (transaction) => {
    const user = await transaction.user.findUnique({ where: { id: userId } });
    if (!user) throw new NotSignedInError('This account is gone');
    if ((await transaction.apiToken.count({ where: { userId, revokedAt: null } })) >= MOST_TOKENS) {
      throw new ConflictError('too_many_tokens', `Revoke some of your ${MOST_TOKENS} tokens first`);
    }
    const created = await transaction.apiToken.create({
      data: {
        userId,
        name,
        hash: tokenHash(token),
        hint: token.slice(0, HINT),
        permissions: [...new Set(permissions)],
        createdAt: now,
        expiresAt: days === undefined ? null : new Date(now.getTime() + days * DAY),
      },
    });
    await appendAudit(
      transaction,
      told(context, {
        type: 'api_token.created',
        action: 'create',
        resource: { type: 'api_token', id: created.id },
        details: {
          username: user.username,
          name,
          permissions: created.permissions,
          expires_at: created.expiresAt?.toISOString() ?? null,
        },
      }),
    );
    return { row: created, username: user.username };
  });
  return { ...toApiToken(row, username), token };
}

/**
 * @param userId - whose it must be; null: anybody's
 * @throws NotFoundError also for a token that was revoked before
 */
export async function revokeToken(
  database: Database,
  context: Context<ApiEnvironment>,
  id: string,
  userId: string | null,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const where = { id, revokedAt: null, ...(userId === null ? {} : { userId }) };
    const { count } = isUuid(id)
      ? await transaction.apiToken.updateMany({ where, data: { revokedAt: new Date() } })
      : { count: 0 };
    if (count === 0) throw new NotFoundError('such token');
    const row = await transaction.apiToken.findUniqueOrThrow({
      where: { id },
      include: { user: true },
    });
    await appendAudit(
      transaction,
      told(context, {
        type: 'api_token.revoked',
        action: 'revoke',
        resource: { type: 'api_token', id },
        details: { username: row.user.username, name: row.name },
      }),
    );
  });
}

function refuseMore(principal: Principal, permissions: readonly string[]): void {
  const errors = permissions.flatMap((pattern, place) => {
    const more = PERMISSIONS.filter(
      (permission) =>
        allows({ permissions: [pattern] }, permission) && !allows(principal, permission),
    );
    return more.length === 0
      ? []
      : [{ path: `permissions.${place}`, message: `is more than you may: ${more.join(', ')}` }];
  });
  if (errors.length > 0) throw new InvalidRequestError(errors);
}

function after(cursor: string) {
  const [at, id] = decodeCursor(cursorSchema, cursor);
  const createdAt = new Date(at);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { gt: id } }] };
}

function toApiToken(row: ApiTokenModel, username: string): ApiToken {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    permissions: row.permissions,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    username,
  };
}
