import { isForward } from './job-progress.ts';
import type { GithubJobStatus } from './job-status.ts';
import { isRunnerOf } from './runner-name.ts';

/**
 * - `claiming`: waits for a host
 * - `launching`: a host is claimed, the container is not known to run
 * - `following`: the host follows its container
 * - `gone`: container and registration are removed, or need no more of this job
 */
export type RunnerPhase = 'claiming' | 'launching' | 'following' | 'gone';

/** One runner launched for a job. */
export interface LaunchedRunner {
  readonly name: string;
  phase: RunnerPhase;
  hostId: string | null;
  runnerId: number | null;
  /** GitHub's id of the job that it was given, once that is known. */
  servedJobId: number | null;
  /** It was asked to go: the job needs it no more. */
  retired: boolean;
}

/** What GitHub is known to say of the job. */
export interface GithubWord {
  status: GithubJobStatus;
  conclusion: string | null;
  runnerName: string | null;
}

/**
 * What a job's workflow knows: GitHub's word on the job, and the runners that were launched for it.
 * GitHub gives a job to any matching runner, so the two lives are kept apart: the job needs a runner
 * as long as it is queued and none of its own can still be given to it.
 *
 * Among the jobs of a pool every job launches one runner, whoever is served by it. A job whose runner
 * was given to another one need not launch a second: that other one's own launch is still to come, or
 * its runner still waits, and serves somebody else in turn.
 */
export class Launches {
  readonly githubJobId: number;
  readonly runners: LaunchedRunner[] = [];
  word: GithubWord = { status: 'queued', conclusion: null, runnerName: null };
  /** Another job of the pool was given this one's runner, and owes it a launch. */
  owed = false;
  /** Name of the job's pool, once it is admitted. */
  pool: string;

  constructor(githubJobId: number, pool = '') {
    this.githubJobId = githubJobId;
    this.pool = pool;
  }

  /** Takes GitHub's word if it is newer than what is known, and notes which runner serves the job. */
  hear(told: GithubWord): void {
    if (isForward(this.word.status, told.status)) {
      this.word = { ...told, runnerName: told.runnerName ?? this.word.runnerName };
    }
    const own = this.runners.find((runner) => runner.name === told.runnerName);
    if (own && told.status !== 'queued') own.servedJobId = this.githubJobId;
  }

  /**
   * GitHub's answer to a question, which is newer than any webhook: a job that nobody picked up in
   * time goes from in progress back to queued.
   */
  replace(answer: GithubWord): void {
    if (this.word.status === 'completed') return;
    this.word = answer;
    this.hear(answer);
  }

  /**
   * One of the runners was given another job.
   *
   * @param owed - that job launches, or has launched, a runner of its own in this pool
   */
  taken(name: string, githubJobId: number, owed: boolean): void {
    const runner = this.runners.find((one) => one.name === name);
    if (!runner) return;
    if (runner.servedJobId === null && owed) this.owed = true;
    runner.servedJobId = githubJobId;
  }

  launched(name: string): LaunchedRunner {
    const runner: LaunchedRunner = {
      name,
      phase: 'claiming',
      hostId: null,
      runnerId: null,
      servedJobId: null,
      retired: false,
    };
    this.runners.push(runner);
    return runner;
  }

  get isOver(): boolean {
    return this.word.status === 'completed';
  }

  /** The job waits and none of its runners could still be given to it. */
  get needsRunner(): boolean {
    return this.word.status === 'queued' && !this.owed && !this.runners.some(isAvailable);
  }

  /**
   * Runners that the job needs no more, and that serve nobody as far as is known; but not one whose
   * launch is owed to another job.
   */
  get superfluous(): LaunchedRunner[] {
    if (this.word.status === 'queued') return [];
    return this.runners.filter((runner) => isAvailable(runner) && !this.#isOwing(runner));
  }

  /** The runner of its own that serves the job, if any. */
  get serving(): LaunchedRunner | null {
    return this.runners.find((runner) => runner.name === this.word.runnerName) ?? null;
  }

  /** The job was served by a runner launched for another one of the pool, before its own was started. */
  #isOwing(runner: LaunchedRunner): boolean {
    const { runnerName } = this.word;
    return runner.phase !== 'following' && runnerName !== null && isRunnerOf(this.pool, runnerName);
  }

  get allGone(): boolean {
    return this.runners.every((runner) => runner.phase === 'gone');
  }
}

function isAvailable(runner: LaunchedRunner): boolean {
  return runner.phase !== 'gone' && runner.servedJobId === null && !runner.retired;
}
