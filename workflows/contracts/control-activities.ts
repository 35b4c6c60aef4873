import type { GithubWord } from '../../domain/launches.ts';
import type { JobStatus } from '../../domain/job-status.ts';
import type { Pool, RunnerScope } from '../../domain/pool.ts';
import type { Secret } from '../../domain/secret.ts';
import type { MintedRunner } from './host-activities.ts';
import type { RunnerJobInput } from './runner-job.ts';

/** Which repository's runners or jobs a call to GitHub is about. */
export interface GithubTarget {
  installationId: number;
  /** `owner/name` */
  repository: string;
}

/** What admission decided. */
export type Admission =
  | { decision: 'ignored'; detail: string }
  | {
      decision: 'admitted';
      pool: Pool;
      priority: number;
      fairnessKey: string;
      /** What GitHub has said of the job since it was queued. */
      word: GithubWord;
      /** Runners launched for it before, by an earlier run of the workflow. */
      attempts: number;
    };

export interface MintRunnerInput extends GithubTarget {
  jobId: string;
  repositoryId: number;
  pool: Pick<Pool, 'name' | 'labels' | 'runnerGroupId' | 'workFolder' | 'scope'>;
  runnerName: string;
  hostId: string;
  /** which launch of the job this is, from 1 */
  launch: number;
  /** RFC 3339 */
  claimedAt: string;
}

export interface DeregisterInput extends GithubTarget {
  scope: RunnerScope;
  runnerName: string;
  /** null where it is not known: the runner is then looked up by name. */
  runnerId: number | null;
}

/** The end of a job, as Runyard records it. */
export interface JobEnd {
  id: string;
  status: JobStatus;
  detail: string;
  errorCode: string | null;
}

export type RecordedEnd = Pick<JobEnd, 'status' | 'detail'>;

/** What the records say of a runner whose container is over, and of the job that it was launched for. */
export interface RunnerRecord {
  /** GitHub's word on the job. */
  word: GithubWord;
  job: RecordedEnd;
  /** The job that the runner was given, as far as a webhook told; null where none did. */
  served: { githubJobId: number; owed: boolean } | null;
}

/** Steps that the control worker does, as local activities: short, and with no host of their own. */
export interface ControlActivities {
  /** Chooses the pool, and reads what GitHub has said of the job so far. */
  admitJob(input: RunnerJobInput): Promise<Admission>;
  /**
   * Registers a runner and records it. Its job may be served by another one meanwhile: then only if
   * some other job waits that it can serve.
   *
   * Fails as {@link RATE_LIMITED} (details: when to go on, RFC 3339), {@link RUNNER_NAME_TAKEN},
   * {@link NOT_NEEDED}, {@link GITHUB_REFUSED} (says what to mend); anything else is worth a retry.
   */
  mintRunner(input: MintRunnerInput): Promise<Secret<MintedRunner>>;
  /** Reads what webhooks have told of a runner and its job; they come to the records first. */
  readRunner(input: { jobId: string; runnerName: string }): Promise<RunnerRecord>;
  /** Asks GitHub for its word on a job and records it; null when GitHub knows no such job. */
  askJob(input: GithubTarget & { id: string; githubJobId: number }): Promise<GithubWord | null>;
  /** Removes a runner's registration. `busy`: GitHub says that it is at work. */
  deregisterRunner(input: DeregisterInput): Promise<'removed' | 'absent' | 'busy'>;
  /** Cancels the workflow run that the job belongs to. */
  cancelRun(input: GithubTarget & { runId: number }): Promise<void>;
  /** Says in the job's record what it waits for. */
  describeJob(input: { id: string; status: JobStatus; detail: string }): Promise<void>;
  /** Records the end; answers it as it stands, since the host may have known better. */
  finishJob(end: JobEnd): Promise<RecordedEnd>;
}

export const RATE_LIMITED = 'RateLimited';
/** No job waits that the runner could serve. */
export const NOT_NEEDED = 'NotNeeded';
export const RUNNER_NAME_TAKEN = 'RunnerNameTaken';
export const GITHUB_REFUSED = 'GithubRefused';
