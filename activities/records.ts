import { ApplicationFailure } from '@temporalio/common';
import type { GithubWord } from '../domain/launches.ts';
import type { GithubJobStatus } from '../domain/job-status.ts';
import { matchPool } from '../domain/pool-match.ts';
import type { Pool } from '../domain/pool.ts';
import { priorityOf } from '../domain/priority.ts';
import type { Database } from '../prisma/client.ts';
import type {
  Admission,
  JobEnd,
  MintRunnerInput,
  RecordedEnd,
} from '../workflows/contracts/control-activities.ts';
import { RUN_TIMEOUT } from '../workflows/contracts/host-activities.ts';
import type { RunnerJobInput } from '../workflows/contracts/runner-job.ts';
import type { AskedJob } from './github/jobs.ts';

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
  const word: GithubWord = {
    status: row.github_status as GithubJobStatus,
    conclusion: row.conclusion,
    runnerName: row.github_status === 'queued' ? null : row.runner_name,
  };
  return {
    decision: 'admitted',
    pool,
    priority,
    // not the name: Temporal limits fairness keys to 64 bytes
    fairnessKey: String(input.repositoryId),
    word,
    attempts: row.attempts,
  };
}

/** Whether a job waits that a runner registered in the same place could be given. */
export async function isRunnerNeeded(database: Database, input: MintRunnerInput): Promise<boolean> {
  const [owner = ''] = input.repository.split('/');
  const rows = await database.$queryRaw<{ needed: boolean }[]>`
    SELECT EXISTS (SELECT FROM jobs WHERE pool = ${input.pool.name} AND settled_at IS NULL
      AND status IN ('queued', 'claimed', 'starting', 'waiting') AND github_status = 'queued'
      AND CASE WHEN ${input.pool.scope} = 'organization'
        THEN split_part(repository, '/', 1) = ${owner}
        ELSE repository_id = ${input.repositoryId} END) AS needed`;
  return rows[0]?.needed ?? false;
}

/** A host is claimed; the registration at GitHub comes next. */
export async function recordClaim(database: Database, input: MintRunnerInput): Promise<void> {
  const claimedAt = new Date(input.claimedAt);
  await database.$executeRaw`
    UPDATE jobs SET status = 'claimed', claimed_at = ${claimedAt}, host_id = ${input.hostId},
      attempts = GREATEST(attempts, ${input.launch}), detail = 'Registering a runner at GitHub'
    WHERE id = ${input.jobId} AND status IN ('queued', 'claimed', 'starting', 'waiting')
      AND (claimed_at IS NULL OR claimed_at < ${claimedAt})`;
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
    UPDATE jobs SET
      status = CASE WHEN error_code = ${RUN_TIMEOUT} THEN 'failed' ELSE ${end.status} END,
      detail = CASE WHEN error_code = ${RUN_TIMEOUT} THEN detail ELSE ${end.detail} END,
      error_code = CASE WHEN error_code = ${RUN_TIMEOUT} THEN error_code ELSE ${end.errorCode} END,
      completed_at = CASE WHEN ${end.status} IN ('completed', 'cancelled')
        THEN COALESCE(completed_at, now()) ELSE completed_at END
    WHERE id = ${end.id} AND (settled_at IS NULL
      OR (status IN ('failed', 'lost') AND ${end.status} IN ('completed', 'cancelled')))
    RETURNING status, detail`;
  return rows[0] ?? { status: end.status, detail: end.detail };
}
