import { SYSTEM_ACTOR } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Transaction } from './locks.ts';

interface LapsedRow {
  id: string;
  name: string;
  correlation_id: string;
}

/**
 * Closes reservations that never got a workflow, because the API ended in between: they stand in the
 * way of their owner, team or name, and nobody else looks after them. A workflow closes its record
 * itself at the time it expires; five minutes on, there is none.
 */
export async function closeLapsed(
  transaction: Transaction,
  wanted: { owner: string; team: string | null; target: string; name: string },
): Promise<void> {
  const lapsed = await transaction.$queryRaw<LapsedRow[]>`
    UPDATE registrations SET status = 'expired', removed_at = now(),
      detail = 'Never registered at GitHub'
    WHERE removed_at IS NULL AND status = 'pending' AND github_runner_id IS NULL
      AND expires_at < now() - interval '5 minutes'
      AND (owner = ${wanted.owner} OR team = ${wanted.team}
        OR (lower(target) = lower(${wanted.target}) AND lower(name) = lower(${wanted.name})))
    RETURNING id, name, correlation_id`;
  await appendAudit(
    transaction,
    ...lapsed.map(({ id, name, correlation_id: correlationId }) => ({
      type: 'registration.expired' as const,
      actor: SYSTEM_ACTOR,
      action: 'expire',
      resource: { type: 'registration', id },
      details: { name },
      correlationId,
    })),
  );
}
