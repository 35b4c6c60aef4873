import type { GithubJobStatus, JobStatus } from '../../domain/job-status.ts';
import type { RunnerJobInput } from '../../workflows/contracts/runner-job.ts';

/** Everything that handing a delivery over to its workflow needs. */
export interface PendingDelivery {
  /** In the inbox. */
  id: number;
  deliveryId: string;
  attempts: number;
  /** The webhook's, or `retry` where an operator asked for it. */
  action: string;
  conclusion: string | null;
  /** The runner that this webhook names. */
  runnerName: string | null;
  /** The job that this runner was launched for, where it is one of ours and begins a job. */
  ownerJobId: string | null;
  /** The registration that somebody was given for this runner. */
  registrationId: string | null;
  /** This runner is one of ours, and its container stood when the delivery came. */
  runnerStands: boolean;
  job: PendingJob;
}

export interface PendingJob {
  input: RunnerJobInput;
  name: string;
  status: JobStatus;
  detail: string;
  githubStatus: GithubJobStatus;
  conclusion: string | null;
  /** Runners launched for it so far. */
  attempts: number;
  pool: string | null;
  team: string | null;
  /** A workflow has taken it up. */
  isAdmitted: boolean;
}

/** Columns of `job` that a {@link PendingJob} is made of. */
export const PENDING_COLUMNS = `job.id AS job_id, job.status AS job_status, job.detail, job.github_status,
  job.conclusion, job.name, job.github_job_id, job.run_id, job.repository_id, job.repository,
  job.installation_id, job.labels, job.branch, job.event AS job_event, job.source,
  job.correlation_id, job.attempts, job.pool, job.team, job.admitted_at`;

/** The open registration of a runner, by expressions of its name and of the repository it serves. */
export function registrationOf(runner: string, repository: string): string {
  return `(SELECT id FROM registrations WHERE removed_at IS NULL AND lower(name) = lower(${runner})
    AND lower(target) IN (lower(${repository}), lower(split_part(${repository}, '/', 1))) LIMIT 1)`;
}

/** As the driver gives it: 64-bit numbers are text. */
export interface PendingRow {
  inbox_id: string;
  inbox_delivery_id: string;
  inbox_attempts: number;
  inbox_action: string | null;
  told_conclusion: string | null;
  told_runner: string | null;
  owner_job_id: string | null;
  /** Absent where no runner is told of. */
  registration_id?: string | null;
  runner_stands: boolean;
  job_id: string | null;
  job_status: JobStatus;
  detail: string | null;
  github_status: GithubJobStatus;
  conclusion: string | null;
  name: string;
  github_job_id: string;
  run_id: string;
  repository_id: string;
  repository: string;
  installation_id: string;
  labels: string[];
  branch: string | null;
  job_event: string | null;
  source: RunnerJobInput['source'];
  correlation_id: string;
  attempts: number;
  pool: string | null;
  team: string | null;
  admitted_at: Date | null;
}

/** null where the job's record is gone: then nothing is left to hand over. */
export function toPendingDelivery(row: PendingRow): PendingDelivery | null {
  if (row.job_id === null) return null;
  return {
    id: Number(row.inbox_id),
    deliveryId: row.inbox_delivery_id,
    attempts: row.inbox_attempts,
    action: row.inbox_action ?? '',
    conclusion: row.told_conclusion,
    runnerName: row.told_runner,
    ownerJobId: row.owner_job_id,
    registrationId: row.registration_id ?? null,
    runnerStands: row.runner_stands,
    job: {
      name: row.name,
      status: row.job_status,
      detail: row.detail ?? '',
      githubStatus: row.github_status,
      conclusion: row.conclusion,
      attempts: row.attempts,
      pool: row.pool,
      team: row.team,
      isAdmitted: row.admitted_at !== null,
      input: {
        id: row.job_id,
        githubJobId: Number(row.github_job_id),
        runId: Number(row.run_id),
        repositoryId: Number(row.repository_id),
        repository: row.repository,
        installationId: Number(row.installation_id),
        labels: row.labels,
        branch: row.branch,
        event: row.job_event,
        source: row.source,
        correlationId: row.correlation_id,
      },
    },
  };
}
