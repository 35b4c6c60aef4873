import { ApplicationFailure } from '@temporalio/common';
import type { GithubWord } from '../domain/launches.ts';
import type { GithubJobStatus, JobStatus } from '../domain/job-status.ts';
import { matchPool } from '../domain/pool-match.ts';
import type { Pool } from '../domain/pool.ts';
import { priorityOf } from '../domain/priority.ts';
import type { Database } from '../prisma/client.ts';
import type {
  Admission,
  JobEnd,
  MintRunnerInput,
  RecordedEnd,
  RunnerRecord,
} from '../workflows/contracts/control-activities.ts';
import { RUN_TIMEOUT } from '../workflows/contracts/host-activities.ts';
import type { RunnerJobInput } from '../workflows/contracts/runner-job.ts';
import type { AskedJob } from './github/jobs.ts';
import { refuseByPolicy } from './job-policy.ts';

interface AdmittedRow {
  github_status: string;
  conclusion: string | null;
  runner_name: string | null;
  attempts: number;
}

/**
 * Decides which pool serves a job and records it; answers what GitHub has said of the job since it
 * was queued, so that a webhook that overtook the workflow's start is not lost.
 */
export async function admit(
  database: Database,
  pools: readonly Pool[],
  input: RunnerJobInput,
): Promise<Admission> {
  const pool = matchPool(input.labels, pools);
  if (!pool) {
    const detail = `No pool serves the labels ${input.labels.join(', ') || '(none)'}`;
    await database.$executeRaw`
      UPDATE jobs SET status = 'ignored', detail = ${detail}
      WHERE id = ${input.id} AND settled_at IS NULL`;
    return { decision: 'ignored', detail };
  }
  const refusal = await refuseByPolicy(database, input);
  if (refusal) return refusal;
  const priority = priorityOf(input, pool.priorityRules);
  const rows = await database.$queryRaw<AdmittedRow[]>`
    UPDATE jobs SET pool = ${pool.name}, priority = ${priority},
      team = team_of_repository(repository),
      admitted_at = COALESCE(admitted_at, now()),
      detail = CASE WHEN status = 'queued' THEN 'Waiting for a free slot on a host' ELSE detail END
    WHERE id = ${input.id}
    RETURNING github_status, conclusion, runner_name, attempts`;
  const row = rows[0];
  if (!row)
    throw ApplicationFailure.nonRetryable(`There is no record of job ${input.id}`, 'NoRecord');
  return {
    decision: 'admitted',
    pool,
    priority,
    // not the name: Temporal limits fairness keys to 64 bytes
    fairnessKey: String(input.repositoryId),
    word: wordOf(row),
    attempts: row.attempts,
  };
}

/**
 * A host is claimed; the registration at GitHub comes next. Answers whether the runner is needed: by
 * its job, or by another that waits and could be given a runner registered in the same place.
 */
export async function recordClaim(database: Database, input: MintRunnerInput): Promise<boolean> {
  const claimedAt = new Date(input.claimedAt);
  const [owner = ''] = input.repository.split('/');
  const rows = await database.$queryRaw<{ needed: boolean }[]>`
    WITH claimed AS (
      UPDATE jobs SET status = 'claimed', claimed_at = ${claimedAt}, host_id = ${input.hostId},
        attempts = GREATEST(attempts, ${input.launch}), detail = 'Registering a runner at GitHub'
      WHERE id = ${input.jobId} AND status IN ('queued', 'claimed', 'starting', 'waiting')
        AND github_status = 'queued' AND (claimed_at IS NULL OR claimed_at < ${claimedAt}))
    SELECT EXISTS (SELECT FROM jobs WHERE id = ${input.jobId} AND github_status = 'queued')
      OR EXISTS (SELECT FROM jobs WHERE pool = ${input.pool.name} AND settled_at IS NULL
        AND status IN ('queued', 'claimed', 'starting', 'waiting') AND github_status = 'queued'
        AND CASE WHEN ${input.pool.scope} = 'organization'
          THEN split_part(repository, '/', 1) = ${owner}
          ELSE repository_id = ${input.repositoryId} END) AS needed`;
  return rows[0]?.needed ?? false;
}

/** A runner is registered; its container comes next. One round trip for both tables. */
export async function recordMint(
  database: Database,
  input: MintRunnerInput,
  githubRunnerId: number,
): Promise<void> {
  await database.$executeRaw`
    WITH launched AS (
      INSERT INTO runners (name, github_runner_id, job_id, repository_id, repository, pool, host_id)
      VALUES (${input.runnerName}, ${githubRunnerId}, ${input.jobId}, ${input.repositoryId},
        ${input.repository}, ${input.pool.name}, ${input.hostId})
      ON CONFLICT (name) DO UPDATE SET github_runner_id = excluded.github_runner_id,
        host_id = excluded.host_id
      RETURNING name)
    UPDATE jobs SET status = 'starting', minted_at = now(), runner_name = launched.name,
      host_id = ${input.hostId}, claimed_at = ${new Date(input.claimedAt)},
      container_id = NULL, container_started_at = NULL, removed_at = NULL,
      attempts = GREATEST(attempts, ${input.launch}), detail = 'Starting the container'
    FROM launched
    WHERE jobs.id = ${input.jobId} AND status IN ('queued', 'claimed', 'starting', 'waiting')
      AND github_status = 'queued'`;
}

interface RunnerRow extends Omit<AdmittedRow, 'attempts'> {
  status: JobStatus;
  detail: string | null;
  served_job_id: bigint | null;
  owed: boolean;
}

/** Reads what webhooks have told of a runner, and of the job that it was launched for. */
export async function readRunner(
  database: Database,
  { jobId, runnerName }: { jobId: string; runnerName: string },
): Promise<RunnerRecord> {
  const rows = await database.$queryRaw<RunnerRow[]>`
    SELECT job.github_status, job.conclusion, job.runner_name, job.status, job.detail,
      runner.served_job_id, COALESCE(other.admitted_at IS NOT NULL AND other.pool = runner.pool
        AND other.status NOT IN ('failed', 'lost', 'cancelled', 'ignored'), false) AS owed
    FROM jobs AS job LEFT JOIN runners AS runner ON runner.name = ${runnerName}
      LEFT JOIN jobs AS other ON other.runner_name = runner.name
        AND other.github_job_id = runner.served_job_id AND other.id <> job.id
    WHERE job.id = ${jobId}`;
  const row = rows[0];
  if (!row) throw ApplicationFailure.nonRetryable(`There is no record of job ${jobId}`, 'NoRecord');
  return {
    word: wordOf(row),
    job: { status: row.status, detail: row.detail ?? '' },
    served:
      row.served_job_id === null
        ? null
        : { githubJobId: Number(row.served_job_id), owed: row.owed },
  };
}

/** GitHub's word as it is recorded; a queued job carries the name of the last runner launched for it. */
function wordOf(row: Omit<AdmittedRow, 'attempts'>): GithubWord {
  return {
    status: row.github_status as GithubJobStatus,
    conclusion: row.conclusion,
    runnerName: row.github_status === 'queued' ? null : row.runner_name,
  };
}

/** Records GitHub's answer about a job: newer than any webhook, and it may even go back to queued. */
export async function recordWord(database: Database, id: string, asked: AskedJob): Promise<void> {
  const pickedUpAt = asked.startedAt === null ? null : new Date(asked.startedAt);
  const completedAt = asked.completedAt === null ? null : new Date(asked.completedAt);
  await database.$executeRaw`
    WITH served AS (
      SELECT host_id, container_id, started_at, removed_at FROM runners
      WHERE name = ${asked.runnerName})
    UPDATE jobs SET github_status = ${asked.status}, conclusion = ${asked.conclusion},
      runner_name = COALESCE(${asked.runnerName}, runner_name),
      host_id = COALESCE((SELECT host_id FROM served), host_id),
      container_id = COALESCE((SELECT container_id FROM served), container_id),
      container_started_at = COALESCE((SELECT started_at FROM served), container_started_at),
      removed_at = COALESCE((SELECT removed_at FROM served), removed_at),
      picked_up_at = COALESCE(picked_up_at, ${pickedUpAt}),
      completed_at = COALESCE(completed_at, ${completedAt}),
      status = CASE WHEN ${asked.status} = 'in_progress'
        AND status IN ('queued', 'claimed', 'starting', 'waiting') THEN 'running' ELSE status END
    WHERE id = ${id} AND github_status <> 'completed'`;
}

/** Says what a job that goes on waits for. */
export async function describe(
  database: Database,
  input: { id: string; status: string; detail: string },
): Promise<void> {
  await database.$executeRaw`
    UPDATE jobs SET status = ${input.status}, detail = ${input.detail}
    WHERE id = ${input.id} AND settled_at IS NULL AND github_status <> 'completed'`;
}

/**
 * Records a job's end, once. A job that was stopped for its time has failed by that, whatever the
 * stopped runner could still tell GitHub. Only GitHub's own word that the job is over replaces an
 * end that Runyard had to declare without it. Answers the end as it stands in the record.
 */
export async function finish(database: Database, end: JobEnd): Promise<RecordedEnd> {
  const rows = await database.$queryRaw<RecordedEnd[]>`
    WITH ended AS (
      UPDATE jobs SET
        status = CASE WHEN error_code = ${RUN_TIMEOUT} THEN 'failed' ELSE ${end.status} END,
        detail = CASE WHEN error_code = ${RUN_TIMEOUT} THEN detail ELSE ${end.detail} END,
        error_code = CASE WHEN error_code = ${RUN_TIMEOUT} THEN error_code
          ELSE ${end.errorCode} END,
        completed_at = CASE WHEN ${end.status} IN ('completed', 'cancelled')
          THEN COALESCE(completed_at, now()) ELSE completed_at END
      WHERE id = ${end.id} AND (settled_at IS NULL
        OR (status IN ('failed', 'lost') AND ${end.status} IN ('completed', 'cancelled')))
      RETURNING status, detail)
    SELECT status, detail FROM ended
    UNION ALL
    SELECT status, COALESCE(detail, '') FROM jobs
    WHERE id = ${end.id} AND NOT EXISTS (SELECT FROM ended)`;
  return rows[0] ?? { status: end.status, detail: end.detail };
}
