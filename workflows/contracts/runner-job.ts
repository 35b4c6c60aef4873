import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { GithubJobStatus, JobStatus } from '../../domain/job-status.ts';

/** Name of the workflow, for clients that start it without importing it. */
export const RUNNER_JOB = 'runnerJob';

export type JobSource = 'webhook' | 'delegated' | 'recovered' | 'scale_set';

/** The one argument of `runnerJob`. */
export interface RunnerJobInput {
  /** Runyard's id of the job, see `jobId` in `ids.ts`. */
  id: string;
  githubJobId: number;
  runId: number;
  repositoryId: number;
  /** `owner/name` */
  repository: string;
  /** 0 where the delivery named none: the installation is then looked up by repository. */
  installationId: number;
  labels: readonly string[];
  branch: string | null;
  event: string | null;
  source: JobSource;
  correlationId: string;
}

/** GitHub's word on the job itself. Sent once the job's record holds it. */
export interface JobProgress {
  status: GithubJobStatus;
  conclusion: string | null;
  /** The runner that GitHub gave the job to, which need not be the one launched for it. */
  runnerName: string | null;
  /** The end that was recorded with this word; null where there is none yet. */
  recorded: { status: JobStatus; detail: string } | null;
}

/** A runner launched for this job was given another job. Sent to the workflow that owns the runner. */
export interface RunnerTaken {
  runnerName: string;
  /** GitHub's id of the job that it serves. */
  githubJobId: number;
  /** That job launches, or has launched, a runner of its own in the same pool. */
  owed: boolean;
}

/** An operator's wish to end the job. */
export interface CancelRequest {
  by: string;
  reason: string;
  /** `run`: the workflow run is cancelled at GitHub too; `runner`: only Runyard's runner is removed. */
  scope: 'run' | 'runner';
}

/** Where the job stands, as its workflow sees it. */
export interface RunnerJobStatus {
  status: JobStatus;
  /** One plain sentence: what it waits for, or why it ended. */
  detail: string;
  pool: string | null;
  attempts: number;
  runners: readonly { name: string; hostId: string | null; state: string }[];
}

export const jobProgressed = defineSignal<[JobProgress]>('jobProgressed');
export const runnerTaken = defineSignal<[RunnerTaken]>('runnerTaken');
export const cancelJob = defineSignal<[CancelRequest]>('cancelJob');
export const jobStatus = defineQuery<RunnerJobStatus>('status');
