import type { Context } from 'hono';
import { appendAudit } from '../../prisma/audit-log.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ConflictError, InvalidRequestError } from '../errors.ts';
import { checkPassword } from './check-password.ts';
import { takeAttempt, tellOfFailure } from './log-in.ts';
import { hashNewPassword, requireGoodPassword } from './new-password.ts';
import { endSessionsOf } from './sessions.ts';
import { forgiveAttempt } from './throttle.ts';

type Parts = Pick<Dependencies, 'database' | 'identity' | 'metrics' | 'refusals'>;

/**
 * Changes the password of whoever asks, and ends all of their sessions but this one. Wrong current
 * passwords count as failed sign-ins: a stolen session is no way to guess at one.
 *
 * @throws InvalidRequestError, ConflictError, LockedOutError
 */
export async function changePassword(
  parts: Parts,
  context: Context<ApiEnvironment>,
  userId: string,
  given: { current_password: string; new_password: string },
): Promise<void> {
  const { database } = parts;
  const user = await database.user.findUnique({ where: { id: userId } });
  const current = user?.passwordHash;
  if (!user || !current) {
    throw new ConflictError(
      'no_password',
      'This account has no password: it signs in by an identity provider',
    );
  }
  requireGoodPassword(given.new_password, 'new_password', user);
  const attempt = await takeAttempt(parts, context, user.username);
  if (!(await checkPassword(current, given.current_password))) {
    await tellOfFailure(parts, context, attempt, user.id, user.username);
    throw wrong('current_password', 'is not right');
  }
  const isSame = given.new_password === given.current_password;
  const passwordHash = isSame ? current : await hashNewPassword(given.new_password);
  const isChanged = await database.$transaction(async (transaction) => {
    await forgiveAttempt(transaction, attempt);
    if (isSame) return false;
    const { count } = await transaction.user.updateMany({
      where: { id: user.id, active: true, passwordHash: current },
      data: { passwordHash, passwordChangedAt: new Date(), updatedAt: new Date() },
    });
    if (count === 0) return false;
    const except = context.get('sessionId');
    const ended = await endSessionsOf(transaction, user.id, 'password_changed', except);
    await appendAudit(
      transaction,
      told(context, {
        type: 'password.changed',
        action: 'change_password',
        resource: { type: 'user', id: user.id },
        details: { username: user.username, ended_sessions: ended },
      }),
    );
    return true;
  });
  if (isSame) throw wrong('new_password', 'must be another than the current one');
  if (!isChanged) throw wrong('current_password', 'has been changed meanwhile');
}

function wrong(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError([{ path, message }]);
}
