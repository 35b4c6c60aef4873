import type { Pool as ConnectionPool } from 'pg';
import { settledStatus } from '../../domain/job-progress.ts';
import type { JobStatus } from '../../domain/job-status.ts';
import { RUN_TIMEOUT } from '../../workflows/contracts/host-activities.ts';
import { jobId, jobWorkflowId } from '../../workflows/contracts/ids.ts';
import type { DeliveryName, JobWord, ParsedDelivery } from './delivery.ts';
import {
  type PendingDelivery,
  type PendingRow,
  PENDING_COLUMNS,
  registrationOf,
  toPendingDelivery,
} from './pending-delivery.ts';

/** What the record of a delivery is made of, beyond what the webhook says itself. */
export interface DeliveryRecord extends DeliveryName {
  parsed: ParsedDelivery;
  /** The body as it came. */
  payload: string;
  /** True when a pool serves the job's labels. */
  isServed: boolean;
  /** Handles a delivery again that was handled before: an operator asked for it. */
  replay?: boolean;
}

/** How the inbox stands after a delivery was written into it. */
export interface RecordedDelivery {
  id: number;
  /** `received`: to be handed over; `handled`: it was before. */
  status: 'received' | 'handled' | 'ignored' | 'failed';
  workflowId: string | null;
  pending: PendingDelivery | null;
}

/**
 * Writes a delivery into the inbox and GitHub's word into the job's record, in one statement: both
 * are kept, or neither. Doing it again changes nothing.
 *
 * - A delivery is known by hook and GUID. One that was handled stays so (but for a replay).
 * - GitHub's word only ever moves a job forward: webhooks arrive in any order. What a late one adds
 *   (when the job was picked up) is kept.
 * - A job that is first heard of when it runs or is over is recorded if a pool of ours serves its
 *   labels or a runner of ours runs it: `queued` may yet come. Any other is not Runyard's business.
 * - The end that GitHub tells is recorded here, at once; the job's workflow need not be waited for.
 * - The workflow that launched the runner is told when that begins another job; of the end it learns
 *   from the record of its runner.
 * - `runners` is written before `jobs`, as the workers do, so that the two don't deadlock.
 */
const RECORD = `
WITH served AS (
  SELECT name, job_id, host_id, container_id, pool, started_at, removed_at
  FROM runners WHERE name = $23
), delivery AS (
  INSERT INTO deliveries (hook_id, delivery_id, event, action, installation_id, repository_id,
    repository, ref, head_commit, payload, workflow_id, attempts, correlation_id, status,
    status_code, handled_at)
  SELECT $1, $2, $3, $4, $5::bigint, $6::bigint, $7, $8, $9, $10::jsonb,
    CASE WHEN useful THEN $11 END, 1, $2,
    CASE WHEN useful THEN 'received' ELSE 'ignored' END,
    CASE WHEN useful THEN 202 ELSE 200 END,
    CASE WHEN useful THEN NULL ELSE now() END
  FROM (SELECT $12::text IS NOT NULL AND CASE WHEN $13 = 'queued' THEN $14::boolean
    ELSE $14 OR EXISTS (SELECT FROM jobs WHERE id = $12) OR EXISTS (SELECT FROM served) END
    AS useful) AS decision
  ON CONFLICT (hook_id, delivery_id) DO UPDATE SET
    status = CASE WHEN $15::boolean OR deliveries.status = 'failed' THEN excluded.status
      ELSE deliveries.status END,
    status_code = CASE WHEN $15 OR deliveries.status = 'failed' THEN excluded.status_code
      ELSE deliveries.status_code END,
    error = CASE WHEN $15 OR deliveries.status = 'failed' THEN NULL ELSE deliveries.error END,
    handled_at = CASE WHEN $15 OR deliveries.status = 'failed' THEN excluded.handled_at
      ELSE deliveries.handled_at END,
    workflow_id = COALESCE(excluded.workflow_id, deliveries.workflow_id),
    payload = COALESCE(deliveries.payload, excluded.payload),
    attempts = deliveries.attempts
      + CASE WHEN $15 OR deliveries.status IN ('received', 'failed') THEN 1 ELSE 0 END
  RETURNING id, status, workflow_id, attempts, delivery_id
), taken AS (
  UPDATE runners SET served_job_id = $17::bigint FROM delivery
  WHERE runners.name = $23 AND $13 <> 'queued' AND delivery.status = 'received'
    AND runners.served_job_id IS DISTINCT FROM $17::bigint
  RETURNING name
), job AS (
  INSERT INTO jobs AS job (id, github_status, status, repository_id, github_job_id, run_id, run_attempt,
    installation_id, repository, workflow_name, name, labels, branch, head_sha, html_url,
    conclusion, runner_name, detail, queued_at, picked_up_at, completed_at, correlation_id,
    delivery_id, host_id, container_id, pool, container_started_at, removed_at)
  SELECT $12, $13, $16, $6::bigint, $17::bigint, $18::bigint, $19::integer, COALESCE($5::bigint, 0),
    $7, $20, $21, $22::text[], $8, $9, $24, $25, $23, $26,
    COALESCE($27::timestamptz, $28::timestamptz, now()), $28::timestamptz,
    CASE WHEN $13 = 'completed' THEN COALESCE($29::timestamptz, now()) END, $2, $2,
    served.host_id, served.container_id, served.pool, served.started_at, served.removed_at
  FROM delivery LEFT JOIN served ON true CROSS JOIN (SELECT count(*) FROM taken) AS first
  WHERE $12 IS NOT NULL
    AND (delivery.status = 'received' OR ($13 = 'queued' AND delivery.status = 'ignored'))
  ON CONFLICT (id) DO UPDATE SET
    github_status = CASE WHEN ${isForward()} THEN excluded.github_status ELSE job.github_status END,
    conclusion = CASE WHEN ${isForward()} THEN excluded.conclusion ELSE job.conclusion END,
    runner_name = CASE WHEN ${isForward()} THEN COALESCE(excluded.runner_name, job.runner_name)
      ELSE job.runner_name END,
    host_id = CASE WHEN ${isForward()} THEN COALESCE(excluded.host_id, job.host_id)
      ELSE job.host_id END,
    container_id = CASE WHEN ${isForward()} THEN COALESCE(excluded.container_id, job.container_id)
      ELSE job.container_id END,
    container_started_at = ${ofServing('container_started_at')},
    removed_at = ${ofServing('removed_at')},
    pool = COALESCE(job.pool, excluded.pool),
    picked_up_at = COALESCE(job.picked_up_at, excluded.picked_up_at),
    completed_at = COALESCE(job.completed_at, excluded.completed_at),
    status = CASE WHEN ${takesStatus()} THEN excluded.status ELSE job.status END,
    detail = CASE WHEN ${takesStatus()} THEN excluded.detail ELSE job.detail END,
    error_code = CASE WHEN ${takesStatus()} THEN NULL ELSE job.error_code END,
    settled_at = CASE WHEN ${isRevived()} THEN NULL ELSE job.settled_at END
  RETURNING job.*
)
SELECT delivery.id AS inbox_id, delivery.status AS inbox_status, delivery.workflow_id,
  delivery.attempts AS inbox_attempts, delivery.delivery_id AS inbox_delivery_id,
  $4::text AS inbox_action, $25::text AS told_conclusion, $23::text AS told_runner,
  CASE WHEN $13 = 'in_progress' THEN served.job_id END AS owner_job_id,
  ${registrationOf('$23::text', '$7::text')} AS registration_id,
  COALESCE(served.removed_at IS NULL AND served.name IS NOT NULL, false) AS runner_stands,
  ${PENDING_COLUMNS}
FROM delivery LEFT JOIN served ON true LEFT JOIN job ON true`;

/** The same order as `isForward` of the domain. */
function isForward(): string {
  const rank = (status: string) =>
    `array_position(ARRAY['queued', 'in_progress', 'completed'], ${status})`;
  return `${rank('excluded.github_status')} > ${rank('job.github_status')}`;
}

/** A runner of ours is told of whose start and removal are then the job's, whomever it was launched for. */
function isServed(): string {
  return `(${isForward()} AND EXISTS (SELECT FROM served))`;
}

/**
 * A time of the serving runner. Of the job's own one the host may have written it while this
 * statement was under way, which then knows less than the record.
 */
function ofServing(column: string): string {
  return `CASE WHEN NOT ${isServed()} THEN job.${column}
      WHEN job.runner_name = excluded.runner_name THEN COALESCE(excluded.${column}, job.${column})
      ELSE excluded.${column} END`;
}

/**
 * GitHub's word changes the status of a job that is not over, or whose end Runyard only supposed. One
 * that was stopped for its time has failed by that, whatever the stopped runner could still tell.
 */
function takesStatus(): string {
  return `(${isRevived()} OR (${isForward()} AND CASE
    WHEN job.status IN ('completed', 'cancelled', 'ignored') THEN false
    WHEN job.error_code = '${RUN_TIMEOUT}' THEN false
    WHEN job.status = 'lost' THEN excluded.github_status = 'completed'
    WHEN job.status = 'failed' THEN excluded.github_status = 'completed'
      AND excluded.runner_name IS NOT NULL
    ELSE true END))`;
}

/** A replay finds a pool for a job that had none before. */
function isRevived(): string {
  return `($15 AND job.status = 'ignored' AND excluded.status = 'queued'
    AND job.github_status = 'queued')`;
}

interface RecordRow extends PendingRow {
  workflow_id: string | null;
  inbox_status: RecordedDelivery['status'];
}

/** Writes a delivery that was understood; see {@link RECORD}. One round trip. */
export async function recordDelivery(
  connections: ConnectionPool,
  record: DeliveryRecord,
): Promise<RecordedDelivery> {
  const { parsed, isServed } = record;
  const { job } = parsed;
  const id = job && jobId(job.repositoryId, job.githubJobId);
  const first = job && firstStatus(job, isServed);
  const { rows } = await connections.query<RecordRow>({
    name: 'record-delivery',
    text: RECORD,
    values: [
      record.hookId,
      record.deliveryId,
      parsed.event,
      parsed.action,
      parsed.installationId,
      parsed.repositoryId,
      parsed.repository,
      parsed.ref,
      parsed.headCommit,
      record.payload,
      id && jobWorkflowId(id),
      id,
      job?.githubStatus,
      isServed,
      record.replay ?? false,
      first?.status,
      job?.githubJobId,
      job?.runId,
      job?.runAttempt,
      job?.workflowName,
      job?.name,
      job?.labels,
      job?.runnerName,
      job?.githubUrl,
      job?.conclusion,
      first?.detail,
      job?.queuedAt,
      job?.startedAt,
      job?.completedAt,
    ],
  });
  const row = rows[0];
  if (!row) throw new Error('The statement that records a delivery answered no row');
  return {
    id: Number(row.inbox_id),
    status: row.inbox_status,
    workflowId: row.workflow_id,
    pending: row.inbox_status === 'received' ? toPendingDelivery(row) : null,
  };
}

/** Where a job stands that no workflow has taken up. */
function firstStatus(job: JobWord, isServed: boolean): { status: JobStatus; detail: string } {
  if (job.githubStatus === 'in_progress') {
    return { status: 'running', detail: `Runs on ${job.runnerName ?? 'a runner'}` };
  }
  if (job.githubStatus === 'completed') {
    const where = job.runnerName ? `Ran on ${job.runnerName}` : 'Ended before a runner took it';
    return { status: settledStatus(job.conclusion), detail: where };
  }
  if (isServed) return { status: 'queued', detail: 'Waits to be admitted' };
  const labels = job.labels.join(', ') || '(none)';
  return { status: 'ignored', detail: `No pool serves the labels ${labels}` };
}
