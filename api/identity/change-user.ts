import type { Context } from 'hono';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { UserModel } from '../../prisma/generated/models/User.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { User, UserChanges } from '../schemas/user.ts';
import { isUuid } from './is-uuid.ts';
import { hashNewPassword, requireGoodPassword } from './new-password.ts';
import { endSessionsOf } from './sessions.ts';
import { accountKey } from './throttle.ts';
import { requireWholeScope, toUser } from './users.ts';

/**
 * Changes a user. Whoever asks can neither demote nor deactivate themselves, and the last active
 * administrator stays one.
 *
 * @throws NotFoundError, ConflictError `own_account` or `last_admin`, InvalidRequestError
 */
export async function changeUser(
  database: Database,
  context: Context<ApiEnvironment>,
  wanted: string,
  changes: UserChanges,
): Promise<User> {
  const before = await findUser(database, wanted);
  // as the database spells it: an id in capitals is the same user's
  const { id } = before;
  const { password } = changes;
  if (context.get('principal')?.userId === id) refuseOwn(before, changes);
  if (password !== undefined) {
    requireGoodPassword(password, 'password', {
      username: before.username,
      name: changes.name ?? before.name,
      email: changes.email === undefined ? before.email : changes.email,
    });
  }
  const passwordHash = password === undefined ? undefined : await hashNewPassword(password);
  return database.$transaction(async (transaction) => {
    const known = await lockAdministratorsAnd(transaction, id);
    const { name = known.name, role = known.role, scope = known.scope } = changes;
    const { active = known.active, email = known.email } = changes;
    requireWholeScope(role, scope);
    if (known.role === 'admin' && known.active && (role !== 'admin' || !active)) {
      await requireAnotherAdministrator(transaction, id);
    }
    const now = new Date();
    const row = await transaction.user.update({
      where: { id },
      data: {
        name,
        role,
        scope,
        active,
        email,
        updatedAt: now,
        ...(passwordHash === undefined ? {} : { passwordHash, passwordChangedAt: now }),
      },
    });
    if (!active) await endSessionsOf(transaction, id, 'user_deactivated');
    else if (passwordHash !== undefined) {
      await endSessionsOf(transaction, id, 'password_changed');
      await transaction.signInThrottle.deleteMany({ where: { key: accountKey(row.username) } });
    }
    await appendAudit(transaction, ...eventsOf(context, known, row, passwordHash !== undefined));
    return toUser(row);
  });
}

/**
 * Removes a user with their sessions and tokens, and what a later user of that name must not inherit:
 * memberships of teams and their label policy.
 *
 * @throws NotFoundError, ConflictError `own_account` or `last_admin`
 */
export async function deleteUser(
  database: Database,
  context: Context<ApiEnvironment>,
  wanted: string,
): Promise<void> {
  const { id } = await findUser(database, wanted);
  if (context.get('principal')?.userId === id) throw ownAccount('delete');
  await database.$transaction(async (transaction) => {
    const { username, role, active } = await lockAdministratorsAnd(transaction, id);
    if (role === 'admin' && active) await requireAnotherAdministrator(transaction, id);
    await transaction.user.delete({ where: { id } });
    await transaction.teamMember.deleteMany({
      where: { kind: 'user', value: { equals: username, mode: 'insensitive' } },
    });
    await transaction.labelPolicy.deleteMany({ where: { subject: `user:${username}` } });
    await transaction.signInThrottle.deleteMany({ where: { key: accountKey(username) } });
    await appendAudit(
      transaction,
      told(context, {
        type: 'user.deleted',
        action: 'delete',
        resource: { type: 'user', id },
        details: { username, role },
      }),
    );
  });
}

async function findUser(database: Database, id: string): Promise<UserModel> {
  const user = isUuid(id) ? await database.user.findUnique({ where: { id } }) : null;
  if (!user) throw new NotFoundError('such user');
  return user;
}

/**
 * The user as nobody changes it from here on. Every administrator is locked, always in the same order,
 * so that of two who demote each other at once the second sees what the first did.
 */
async function lockAdministratorsAnd(
  transaction: Prisma.TransactionClient,
  id: string,
): Promise<UserModel> {
  await transaction.$queryRaw`
    SELECT id FROM users WHERE role = 'admin' OR id = ${id}::uuid ORDER BY id FOR UPDATE`;
  const user = await transaction.user.findUnique({ where: { id } });
  if (!user) throw new NotFoundError('such user');
  return user;
}

async function requireAnotherAdministrator(
  transaction: Prisma.TransactionClient,
  id: string,
): Promise<void> {
  const others = await transaction.user.count({
    where: { role: 'admin', active: true, id: { not: id } },
  });
  if (others === 0) {
    throw new ConflictError(
      'last_admin',
      'This is the last active administrator: make another one first',
    );
  }
}

function refuseOwn(user: UserModel, { role, scope, active, password }: UserChanges): void {
  if (role !== undefined && role !== user.role) throw ownAccount('change the role of');
  if (scope !== undefined && scope !== user.scope) throw ownAccount('change the scope of');
  if (active === false) throw ownAccount('deactivate');
  if (password !== undefined) {
    throw new ConflictError(
      'own_account',
      'Change your own password at POST /api/auth/password, with the current one',
    );
  }
}

function ownAccount(act: string): ConflictError {
  return new ConflictError(
    'own_account',
    `Nobody can ${act} their own account: ask another administrator`,
  );
}

function eventsOf(
  context: Context<ApiEnvironment>,
  before: UserModel,
  after: UserModel,
  isPasswordNew: boolean,
): ToldEvent[] {
  const resource = { type: 'user', id: after.id };
  const { username } = after;
  const events: ToldEvent[] = [];
  if (before.role !== after.role || before.scope !== after.scope) {
    events.push(
      told(context, {
        type: 'user.role_changed',
        action: 'update',
        resource,
        details: {
          username,
          from: { role: before.role, scope: before.scope },
          to: { role: after.role, scope: after.scope },
        },
      }),
    );
  }
  const changed = (['name', 'email', 'active'] as const).filter(
    (field) => before[field] !== after[field],
  );
  if (changed.length > 0 || (events.length === 0 && !isPasswordNew)) {
    events.push(
      told(context, {
        type: 'user.updated',
        action: 'update',
        resource,
        details: { username, changed, active: after.active },
      }),
    );
  }
  if (isPasswordNew) {
    events.push(
      told(context, {
        type: 'password.changed',
        action: 'reset_password',
        resource,
        details: { username },
      }),
    );
  }
  return events;
}
