import { SYSTEM_ACTOR } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';

const DAY = 86_400_000;

/**
 * Removes sessions that have been over for a day, with their refresh tokens, and failed sign-ins that
 * no longer count. Until then a used token that comes again is still known for what it is. Doing it
 * twice, or in several processes at once, changes nothing more.
 *
 * @returns how many sessions were removed
 */
export async function sweepIdentity(database: Database, now = new Date()): Promise<number> {
  const before = new Date(now.getTime() - DAY);
  await database.signInThrottle.deleteMany({
    where: {
      lastFailureAt: { lt: before },
      OR: [{ lockedUntil: null }, { lockedUntil: { lt: before } }],
    },
  });
  return database.$transaction(async (transaction) => {
    const { count } = await transaction.session.deleteMany({
      where: { OR: [{ expiresAt: { lt: before } }, { endedAt: { lt: before } }] },
    });
    if (count > 0) {
      await appendAudit(transaction, {
        type: 'session.swept',
        actor: SYSTEM_ACTOR,
        action: 'sweep',
        details: { sessions: count },
      });
    }
    return count;
  });
}
