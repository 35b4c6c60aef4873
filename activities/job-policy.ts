import { SYSTEM_ACTOR } from '../domain/audit/event.ts';
import { isSystemLabel, labelViolations } from '../domain/label-policy.ts';
import { appendAudit } from '../prisma/audit-log.ts';
import type { Database } from '../prisma/client.ts';
import type { Admission } from '../workflows/contracts/control-activities.ts';
import type { RunnerJobInput } from '../workflows/contracts/runner-job.ts';

interface DenialRow {
  team: string;
  denied: string[];
}

/**
 * Ignores a job that asks for a label which the policy of its team denies; null: it may be served.
 * What a policy allows is about runners of the team's own: pools have the labels that they have.
 */
export async function refuseByPolicy(
  database: Database,
  input: RunnerJobInput,
): Promise<Extract<Admission, { decision: 'ignored' }> | null> {
  // No policy is asked about system labels, and most jobs ask for no other.
  if (input.labels.every(isSystemLabel)) return null;
  const [found] = await database.$queryRaw<DenialRow[]>`
    SELECT job.team, own.denied || COALESCE(everybody.denied, '{}') AS denied
    FROM (SELECT team_of_repository(repository) AS team FROM jobs WHERE id = ${input.id}) AS job
    JOIN label_policies AS own ON own.subject = 'team:' || job.team
    LEFT JOIN label_policies AS everybody ON everybody.subject = 'default'`;
  if (!found) return null;
  const offences = labelViolations({ allowed: ['*'], denied: found.denied }, input.labels);
  if (offences.length === 0) return null;
  const reasons = offences.map(({ message }) => message);
  const detail = `The label policy of the team ${found.team} forbids this job: ${reasons.join('; ')}`;
  await database.$transaction(async (transaction) => {
    const changed = await transaction.$executeRaw`
      UPDATE jobs SET status = 'ignored', team = ${found.team}, detail = ${detail}
      WHERE id = ${input.id} AND settled_at IS NULL`;
    // A repeated call has told of it already.
    if (changed === 0) return;
    await appendAudit(transaction, {
      type: 'label_policy.refused',
      actor: SYSTEM_ACTOR,
      action: 'admit',
      outcome: 'denied',
      resource: { type: 'job', id: input.id },
      correlationId: input.correlationId,
      details: {
        team: found.team,
        repository: input.repository,
        labels: input.labels,
        violations: reasons,
      },
    });
  });
  return { decision: 'ignored', detail };
}
