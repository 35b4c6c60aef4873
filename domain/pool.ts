/** Where a pool's runners are registered. */
export type RunnerScope = 'repository' | 'organization';

/** What one runner container may use. */
export interface RunnerLimits {
  /** CPU cores, fractions allowed. */
  cpus: number;
  memoryMebibytes: number;
  pids: number;
}

/** One rule that gives matching jobs a priority; every field that is set must match (`*` is a wildcard). */
export interface PriorityRule {
  label?: string;
  repository?: string;
  branch?: string;
  event?: string;
  /** 1 is served first, 5 last. */
  priority: 1 | 2 | 3 | 4 | 5;
}

/** Bounds on time of a pool's jobs, in milliseconds; 0 switches `queue` off. */
export interface JobTimeouts {
  /** Longest wait for a host. */
  queue: number;
  /** Runner online, job not picked up: after this GitHub is asked. */
  pickup: number;
  /** Longest run of a container. */
  run: number;
  /** From the stop signal to the kill. */
  stop: number;
  /** After the container's end, how long GitHub's word on the job is awaited before it is asked for. */
  completionGrace: number;
  /** While GitHub's word is still missing, how often it is asked for. */
  reconcile: number;
  /** How long a host may leave an accepted container unstarted, or be silent, before it counts as gone. */
  hostSilence: number;
}

/** A kind of runner: which labels it serves, what it runs, and within which bounds. */
export interface Pool {
  name: string;
  labels: readonly string[];
  image: string;
  /** argv of the container; it reads the JIT configuration as one line from its standard input. */
  command: readonly string[];
  /** `uid` or `uid:gid`; empty: the image's own. */
  user: string;
  scope: RunnerScope;
  runnerGroupId: number;
  workFolder: string;
  limits: RunnerLimits;
  priorityRules: readonly PriorityRule[];
  fairnessWeight: number;
  timeouts: JobTimeouts;
}
