import type { Pool } from '../../domain/pool.ts';
import type { Secret } from '../../domain/secret.ts';

/** Asks for one slot; scheduled on a pool's task queue. */
export interface ClaimHostInput {
  jobId: string;
  /** Also the name of the container that will use the slot. */
  runnerName: string;
}

export interface HostClaim {
  hostId: string;
}

/** What a host needs to run one runner. */
export interface RunContainerInput {
  jobId: string;
  repositoryId: number;
  repository: string;
  /** The container's name, and its runner's. */
  runnerName: string;
  pool: Pick<Pool, 'name' | 'image' | 'command' | 'user' | 'limits'>;
  /** milliseconds from the container's start */
  runTimeout: number;
  /**
   * milliseconds from the container's start: if no job is at work in it by then (asked once, of the
   * container itself), the activity answers `idle` and leaves the container as it is. 0: never asked.
   */
  pickupTimeout: number;
  /** milliseconds */
  stopTimeout: number;
  correlationId: string;
}

/** A registered runner and the one credential that its container gets. */
export type MintedRunner = {
  readonly runnerId: number;
  readonly runnerName: string;
  readonly jitConfig: string;
};

export interface ContainerOutcome {
  /**
   * `exited`, `run_timeout`: the container is removed. `absent`: it was gone before its end was seen.
   * `idle`: still running with no job after `pickupTimeout`; a second call with the same runner name
   * follows it again (with `pickupTimeout: 0`: to its end).
   */
  result: 'exited' | 'run_timeout' | 'absent' | 'idle';
  exitCode: number | null;
  /** RFC 3339 */
  startedAt: string | null;
  /** RFC 3339; null when `idle` */
  removedAt: string | null;
}

/** What a runner's container is at, by the processes in it. */
export interface RunnerActivity {
  state: 'busy' | 'idle' | 'absent';
}

export interface RemoveRunnerInput {
  runnerName: string;
  /** Leave it alone, and answer `busy`, when the container is at work on a job, or was until its end. */
  onlyIfIdle: boolean;
  /** milliseconds */
  stopTimeout: number;
}

export interface RemoveRunnerResult {
  result: 'removed' | 'absent' | 'busy';
}

/** Activities of a host worker, by the task queue that they're polled from. */
export interface PoolQueueActivities {
  /** Takes the permit it was polled with as a reservation for `runnerName`. Idempotent by runner name. */
  claimHost(input: ClaimHostInput): Promise<HostClaim>;
}

export interface HostQueueActivities {
  /**
   * Starts the runner's container, follows it to its end, keeps its output, removes it.
   * Fails without retry as `ImageMissing` (says which image, and how to mend it) or `HostFailed`
   * (Docker failed three times: another host may be tried).
   */
  runContainer(input: RunContainerInput, minted: Secret<MintedRunner>): Promise<ContainerOutcome>;
  /** Whether the container is at work on a job right now. GitHub's own `busy` lags by up to a minute. */
  inspectRunner(input: { runnerName: string }): Promise<RunnerActivity>;
  /** Ends and removes a container by name, and gives back a reservation under that name. */
  removeRunner(input: RemoveRunnerInput): Promise<RemoveRunnerResult>;
}

/** Failure types that a workflow tells apart. */
export const IMAGE_MISSING = 'ImageMissing';
export const HOST_FAILED = 'HostFailed';

/** Error code of a job whose container ran longer than its pool allows. */
export const RUN_TIMEOUT = 'run_timeout';
