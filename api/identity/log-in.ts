import type { Context } from 'hono';
import { appendAudit } from '../../prisma/audit-log.ts';
import { hashPassword, isOutdated } from '../../prisma/password-hash.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { InvalidCredentialsError, LockedOutError } from '../errors.ts';
import { clientAddress } from '../middleware/client-address.ts';
import { checkPassword } from './check-password.ts';
import { type OpenSession, openSession } from './sessions.ts';
import { type Attempt, beginAttempt, forgiveAttempt } from './throttle.ts';

type Parts = Pick<Dependencies, 'database' | 'identity' | 'metrics' | 'refusals'>;

/**
 * Signs somebody in. The steps and their work are the same whoever is named, up to the one answer
 * for whatever is not right.
 *
 * @throws InvalidCredentialsError
 * @throws LockedOutError
 */
export async function logIn(
  parts: Parts,
  context: Context<ApiEnvironment>,
  { username, password }: { username: string; password: string },
): Promise<OpenSession> {
  const { database, identity } = parts;
  const attempt = await takeAttempt(parts, context, username);
  const user = await database.user.findUnique({ where: { username } });
  const isRight = await checkPassword(user?.active ? user.passwordHash : null, password);
  if (!user?.passwordHash || !isRight) {
    await tellOfFailure(parts, context, attempt, user?.id ?? null, username);
    throw new InvalidCredentialsError();
  }
  const verified = user.passwordHash;
  const better = isOutdated(verified) ? await hashPassword(password) : verified;
  const session = await database.$transaction(async (transaction) => {
    // Nothing of what was looked at may have changed meanwhile: not the password, not the user.
    const { count } = await transaction.user.updateMany({
      where: { id: user.id, active: true, passwordHash: verified },
      data: { passwordHash: better },
    });
    if (count === 0) return null;
    await forgiveAttempt(transaction, attempt);
    return openSession(transaction, context, { user, method: 'password', idle: identity.idle });
  });
  if (!session) throw new InvalidCredentialsError();
  return session;
}

/** Takes one try to show a password, for a sign-in or a change of the password. */
export async function takeAttempt(
  { database, metrics, refusals }: Parts,
  context: Context<ApiEnvironment>,
  username: string,
): Promise<Attempt> {
  const attempt = await beginAttempt(database, username, clientAddress(context));
  if (!('lockedFor' in attempt)) return attempt;
  metrics.securityEvent('locked_out');
  await refusals.record(context, {
    type: 'session.failed',
    action: 'sign_in',
    details: { reason: 'locked_out' },
  });
  throw new LockedOutError(Math.ceil(attempt.lockedFor / 1000));
}

/** Audits a wrong password, and the lock that it set. */
export async function tellOfFailure(
  { database, metrics }: Parts,
  context: Context<ApiEnvironment>,
  { locks }: Attempt,
  userId: string | null,
  username: string,
): Promise<void> {
  metrics.securityEvent('sign_in_failed');
  const resource = userId === null ? null : { type: 'user', id: userId };
  // A name that nobody has may be a password that went into the wrong field.
  const name = userId === null ? null : username;
  await appendAudit(
    database,
    told(context, {
      type: 'session.failed',
      action: 'sign_in',
      outcome: 'failure',
      resource,
      details: { username: name },
    }),
    ...locks.map(({ kind, failures, milliseconds }) =>
      told(context, {
        type: 'session.locked_out',
        action: 'lock_out',
        outcome: 'denied',
        resource,
        details: { of: kind, username: name, failures, seconds: milliseconds / 1000 },
      }),
    ),
  );
}
