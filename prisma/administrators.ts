import { createHash, randomBytes } from 'node:crypto';
import { SYSTEM_ACTOR, type ToldEvent } from '../domain/audit/event.ts';
import { appendAudit } from './audit-log.ts';
import type { Database } from './client.ts';
import { hashPassword } from './password-hash.ts';

/** Held while administrators are made, so that two starts at once make one. */
const LOCK = 72_707_370;

/** A password that nobody thought of: 120 random bits, without letters that look alike. */
export function makePassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const text = [...randomBytes(24)].map((byte) => letters[byte % letters.length]).join('');
  return text.replaceAll(/.{6}(?=.)/g, '$&-');
}

/**
 * Makes the user `admin` where there is no user at all, with an API token.
 *
 * @param apiToken - kept as a hash only
 * @returns the password, which nobody can be told again; null when there are users already
 */
export async function createFirstAdministrator(
  database: Database,
  apiToken: string,
): Promise<{ username: string; password: string } | null> {
  if ((await database.user.count()) > 0) return null;
  const username = 'admin';
  const password = makePassword();
  const passwordHash = await hashPassword(password);
  return database.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
    if ((await transaction.user.count()) > 0) return null;
    const user = await transaction.user.create({
      data: {
        username,
        name: 'Administrator',
        role: 'admin',
        passwordHash,
        passwordChangedAt: new Date(),
        apiTokens: {
          create: {
            name: 'first start',
            hash: createHash('sha256').update(apiToken).digest('hex'),
            hint: apiToken.slice(0, 8),
            permissions: [],
          },
        },
      },
    });
    await appendAudit(transaction, bootstrapped(user.id, username, 'first start'));
    return { username, password };
  });
}

/**
 * Lets somebody in who has no other way: makes an administrator, or gives the user of that name a new
 * password, the role of an administrator, and an end to lock-out and sessions.
 *
 * @returns whether the user was made
 */
export async function ensureAdministrator(
  database: Database,
  { username, password }: { username: string; password: string },
): Promise<'created' | 'updated'> {
  const passwordHash = await hashPassword(password);
  return database.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
    const known = await transaction.user.findUnique({ where: { username } });
    const now = new Date();
    const values = {
      passwordHash,
      passwordChangedAt: now,
      role: 'admin',
      scope: 'all',
      active: true,
      updatedAt: now,
    };
    const user = known
      ? await transaction.user.update({ where: { id: known.id }, data: values })
      : await transaction.user.create({ data: { ...values, username, name: username } });
    await transaction.session.updateMany({
      where: { userId: user.id, endedAt: null },
      data: { endedAt: now, endReason: 'password_changed' },
    });
    await transaction.signInThrottle.deleteMany({ where: { key: `account ${username}` } });
    await appendAudit(
      transaction,
      bootstrapped(user.id, username, known ? 'password reset on the database' : 'command line'),
    );
    return known ? 'updated' : 'created';
  });
}

function bootstrapped(id: string, username: string, by: string): ToldEvent {
  return {
    type: 'system.bootstrapped',
    actor: SYSTEM_ACTOR,
    action: 'create',
    resource: { type: 'user', id },
    details: { username, role: 'admin', by },
  };
}
