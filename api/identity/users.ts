import type { Context } from 'hono';
import { z } from 'zod';
import { makePassword } from '../../prisma/administrators.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { UserModel } from '../../prisma/generated/models/User.ts';
import { told } from '../audit/actor.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, InvalidRequestError } from '../errors.ts';
import type { paginationSchema } from '../schemas/common.ts';
import type { CreatedUser, NewUser, User, UserPage } from '../schemas/user.ts';
import { hashNewPassword, requireGoodPassword } from './new-password.ts';

const cursorSchema = z.tuple([z.string().max(64)]);

/** One page of users by name. */
export async function listUsers(
  database: Database,
  { limit = 50, cursor }: z.output<typeof paginationSchema>,
): Promise<UserPage> {
  const rows = await database.user.findMany({
    where: cursor === undefined ? {} : { username: { gt: decodeCursor(cursorSchema, cursor)[0] } },
    orderBy: { username: 'asc' },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toUser),
    next_cursor: rows.length > limit && last ? encodeCursor([last.username]) : null,
  };
}

/** @throws ApiError `username_taken`, InvalidRequestError */
export async function createUser(
  database: Database,
  context: Context<ApiEnvironment>,
  given: NewUser,
): Promise<CreatedUser> {
  const { username, name, role, scope = 'all', email = null } = given;
  requireWholeScope(role, scope);
  const password = given.password ?? makePassword();
  if (given.password !== undefined) {
    requireGoodPassword(password, 'password', { username, name, email });
  }
  const now = new Date();
  const passwordHash = await hashNewPassword(password);
  const row = await database.$transaction(async (transaction) => {
    const [created] = await transaction.user.createManyAndReturn({
      data: [{ username, name, email, role, scope, passwordHash, passwordChangedAt: now }],
      skipDuplicates: true,
    });
    if (!created) return null;
    await appendAudit(
      transaction,
      told(context, {
        type: 'user.created',
        action: 'create',
        resource: { type: 'user', id: created.id },
        details: { username, role, scope },
      }),
    );
    return created;
  });
  if (!row) {
    throw new ApiError(409, 'username_taken', `There is a user ${username} already`, {
      errors: [{ path: 'username', message: 'is taken' }],
    });
  }
  return {
    ...toUser(row),
    ...(given.password === undefined ? { initial_password: password } : {}),
  };
}

/** Somebody who manages users sees all there is: a scope would promise what it can't hold. */
export function requireWholeScope(role: string, scope: string): void {
  if (role !== 'admin' || scope === 'all') return;
  throw new InvalidRequestError([{ path: 'scope', message: 'must be all for an administrator' }]);
}

export function toUser(row: UserModel): User {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    email: row.email,
    role: row.role as User['role'],
    scope: row.scope as User['scope'],
    active: row.active,
    has_password: row.passwordHash !== null,
    issuer: row.issuer,
    created_at: row.createdAt.toISOString(),
    last_sign_in_at: row.lastSignInAt?.toISOString() ?? null,
  };
}
