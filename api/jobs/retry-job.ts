import { randomUUID } from 'node:crypto';
import type { Pool as ConnectionPool } from 'pg';
import type { ImmediateHandOver } from '../deliveries/immediate-hand-over.ts';
import {
  PENDING_COLUMNS,
  type PendingRow,
  toPendingDelivery,
} from '../deliveries/pending-delivery.ts';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { auditContents } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import { ConflictError } from '../errors.ts';
import { EVERYTHING, type Scope } from '../scope.ts';
import { findJob } from './find-job.ts';

/** Hook id and event of what stands in the inbox without GitHub having sent it. */
export const INTERNAL_HOOK = 'runyard';

/**
 * Queues the job again, puts the order to start its workflow into the inbox, and audits it, in one
 * statement: it's carried out even if Temporal is away, or this process ends before it could. From
 * here on the job belongs to the request that asked for it.
 */
const RETRY = `
WITH job AS (
  UPDATE jobs AS job SET status = 'queued', detail = $2, error_code = NULL, settled_at = NULL,
    admitted_at = NULL, claimed_at = NULL, minted_at = NULL, container_started_at = NULL,
    removed_at = NULL, runner_name = NULL, host_id = NULL, container_id = NULL,
    correlation_id = $5
  WHERE id = $1 AND status IN ('failed', 'lost') AND github_status = 'queued'
  RETURNING job.*
), delivery AS (
  INSERT INTO deliveries (hook_id, delivery_id, event, action, installation_id, repository_id,
    repository, workflow_id, attempts, correlation_id, status, status_code)
  SELECT '${INTERNAL_HOOK}', $3, '${INTERNAL_HOOK}', 'retry', installation_id, repository_id,
    repository, $4, 1, $5, 'received', 202
  FROM job
  RETURNING id, delivery_id, attempts, action
), told AS (
  INSERT INTO audit_pending (content) SELECT $6 FROM delivery
)
SELECT delivery.id AS inbox_id, delivery.delivery_id AS inbox_delivery_id,
  delivery.attempts AS inbox_attempts, delivery.action AS inbox_action,
  NULL AS told_conclusion, NULL AS told_runner, NULL AS owner_job_id, false AS runner_stands,
  ${PENDING_COLUMNS}
FROM delivery, job`;

/**
 * Launches a runner again for a job that Runyard could not run.
 *
 * @param told - the event `job.retry_requested`
 * @throws NotFoundError, ConflictError unless the job is failed or lost and GitHub still has it queued
 */
export async function retryJob(
  parts: { connections: ConnectionPool; database: Database; handOver: ImmediateHandOver },
  id: string,
  scope: Scope,
  told: ToldEvent,
): Promise<JobModel> {
  const job = await findJob(parts.database, id, scope);
  const { rows } = await parts.connections.query<PendingRow>(RETRY, [
    id,
    `Queued again by ${told.actor.name}`,
    randomUUID(),
    jobWorkflowId(id),
    told.correlationId,
    ...auditContents(told),
  ]);
  const row = rows[0];
  if (!row) throw notRetriable(job);
  const pending = toPendingDelivery(row);
  // The workflow before may still tear down; the dispatcher then starts the next one when it's done.
  if (pending) parts.handOver.submit(pending);
  return findJob(parts.database, id, EVERYTHING);
}

function notRetriable(job: JobModel): ConflictError {
  const reason =
    job.githubStatus === 'queued'
      ? `it is ${job.status}, and only a failed or lost job can be`
      : `GitHub says that it is ${job.githubStatus}: run it again at GitHub`;
  return new ConflictError('not_retriable', `The job can't be retried: ${reason}`);
}
