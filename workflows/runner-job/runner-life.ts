import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  TimeoutFailure,
} from '@temporalio/workflow';
import { TimeoutType } from '@temporalio/common';
import type { LaunchedRunner, Launches } from '../../domain/launches.ts';
import type { Pool } from '../../domain/pool.ts';
import type { Secret } from '../../domain/secret.ts';
import type { RecordedEnd } from '../contracts/control-activities.ts';
import type { ContainerOutcome, MintedRunner } from '../contracts/host-activities.ts';
import type { RunnerJobInput, RunnerTaken } from '../contracts/runner-job.ts';
import { isNotNeeded, judgeLaunch, type LaunchVerdict } from './failures.ts';
import { claimOn, containerOn, errandsOn, github, launching, records } from './steps.ts';

/** What every runner of a job shares. */
export interface LaunchContext {
  input: RunnerJobInput;
  pool: Pool;
  priority: number;
  fairnessKey: string;
  launches: Launches;
  /** Called when a runner is a step further. */
  moved: () => void;
  /** Called when a runner turns out to have been given another job. */
  lost: (taken: RunnerTaken) => void;
  /** Called with the job as it is recorded, when that was looked up. */
  read: (job: RecordedEnd) => void;
}

/** How a runner's life ended, as far as the job must know. */
export type RunnerEnd =
  | { kind: 'served' }
  /** it was let go, or never got a slot */
  | { kind: 'released' }
  /** it came and went, and no job was given to it */
  | { kind: 'unused' }
  | { kind: 'run_timeout' }
  | { kind: 'failed'; verdict: LaunchVerdict };

/** Slot, registration and container of one runner, from the claim to the removal. */
export class RunnerLife {
  readonly runner: LaunchedRunner;
  readonly #launch: number;
  readonly #context: LaunchContext;
  readonly #claim = new CancellationScope();

  constructor(runner: LaunchedRunner, launch: number, context: LaunchContext) {
    this.runner = runner;
    this.#launch = launch;
    this.#context = context;
  }

  /** Never rejects: whatever happens, slot and registration are given back. */
  async live(): Promise<RunnerEnd> {
    try {
      return await this.#live();
    } catch (error) {
      if (isCancellation(error)) return { kind: 'released' };
      if (isNotNeeded(error)) {
        await this.#cleanUp({ hostSilent: false });
        return { kind: 'released' };
      }
      const { verdict, hostSilent } = this.#judge(error);
      await this.#cleanUp({ hostSilent });
      // the container may be at work all the same, with nobody beside it to tell
      if (this.runner.phase === 'following') await this.#ask();
      return { kind: 'failed', verdict };
    } finally {
      this.runner.phase = 'gone';
    }
  }

  /**
   * Lets a runner go that the job needs no more, unless it's at work: the container is asked first,
   * the registration removed, and the container asked again, because GitHub's own `busy` lags.
   * Answers whether it's gone.
   */
  async retire(): Promise<boolean> {
    const { runner } = this;
    if (runner.retired) return false;
    runner.retired = true;
    if (runner.phase === 'claiming') this.#claim.cancel();
    if (runner.phase !== 'following' || runner.hostId === null) return false;
    if (await this.#removeIdle(runner.hostId)) return true;
    // it serves somebody, or has done so: it is followed to its end, which keeps its output
    runner.retired = false;
    runner.servedJobId ??= 0;
    return false;
  }

  async #removeIdle(hostId: string): Promise<boolean> {
    const { runner } = this;
    const { pool } = this.#context;
    await this.lookUp();
    // 0: somebody unknown, so it is looked at again
    if (runner.servedJobId) return false;
    const errands = errandsOn(hostId, pool);
    const { state } = await errands.inspectRunner({ runnerName: runner.name });
    if (state === 'busy' || (await this.#deregister()) === 'busy') return false;
    const { result } = await errands.removeRunner({
      runnerName: runner.name,
      onlyIfIdle: true,
      stopTimeout: pool.timeouts.stop,
    });
    return result !== 'busy';
  }

  /** Ends the runner whatever it does: for a cancelled job. */
  async kill(): Promise<void> {
    this.runner.retired = true;
    if (this.runner.phase === 'claiming') this.#claim.cancel();
    if (this.runner.phase === 'following') await this.#cleanUp({ hostSilent: false });
  }

  async #live(): Promise<RunnerEnd> {
    const { pool, input, priority, fairnessKey } = this.#context;
    const { runner } = this;
    const claim = await this.#claim.run(() =>
      claimOn(pool, { priorityKey: priority, fairnessKey }, runner.name).claimHost({
        jobId: input.id,
        runnerName: runner.name,
      }),
    );
    runner.hostId = claim.hostId;
    runner.phase = 'launching';
    this.#context.moved();
    if (runner.retired) {
      await this.#cleanUp({ hostSilent: false });
      return { kind: 'released' };
    }
    const minted = await launching.mintRunner({
      jobId: input.id,
      installationId: input.installationId,
      repository: input.repository,
      repositoryId: input.repositoryId,
      pool: {
        name: pool.name,
        labels: pool.labels,
        runnerGroupId: pool.runnerGroupId,
        workFolder: pool.workFolder,
        scope: pool.scope,
      },
      runnerName: runner.name,
      hostId: claim.hostId,
      launch: this.#launch,
      claimedAt: new Date(Date.now()).toISOString(),
    });
    runner.runnerId = minted.reveal().runnerId;
    if (runner.retired) {
      await this.#cleanUp({ hostSilent: false });
      return { kind: 'released' };
    }
    runner.phase = 'following';
    this.#context.moved();
    return this.#end(await this.#follow(claim.hostId, minted));
  }

  /** Follows the container to its end; one that stays idle too long is let go. */
  async #follow(hostId: string, minted: Secret<MintedRunner>): Promise<ContainerOutcome> {
    const { pool, input } = this.#context;
    const { name, image, command, user, limits } = pool;
    for (;;) {
      const outcome = await containerOn(hostId, pool, this.runner.name).runContainer(
        {
          jobId: input.id,
          repositoryId: input.repositoryId,
          repository: input.repository,
          runnerName: this.runner.name,
          pool: { name, image, command, user, limits },
          runTimeout: pool.timeouts.run,
          // a runner that is known to be at work need not be asked whether it is
          pickupTimeout: this.runner.servedJobId === null ? pool.timeouts.pickup : 0,
          stopTimeout: pool.timeouts.stop,
          correlationId: input.correlationId,
        },
        minted,
      );
      if (outcome.result !== 'idle') return outcome;
      await this.#ask();
      if (await this.retire()) return { ...outcome, result: 'exited' };
    }
  }

  /**
   * Looks up what webhooks have told of the runner and of its job: the workflow hears of a short job
   * in no other way.
   */
  async lookUp(): Promise<void> {
    const { input, launches, lost, read } = this.#context;
    const { name, servedJobId } = this.runner;
    if (launches.isOver && servedJobId !== null) return;
    const { word, job, served } = await records.readRunner({ jobId: input.id, runnerName: name });
    launches.hear(word);
    read(job);
    if (served && served.githubJobId !== input.githubJobId) lost({ runnerName: name, ...served });
  }

  async #end(outcome: ContainerOutcome): Promise<RunnerEnd> {
    const { launches } = this.#context;
    if (outcome.result === 'run_timeout') {
      await Promise.all([this.lookUp(), this.#deregister()]);
      return { kind: 'run_timeout' };
    }
    if (this.runner.retired) return { kind: 'released' };
    await this.lookUp();
    if (this.runner.servedJobId !== null || launches.serving === this.runner)
      return { kind: 'served' };
    // No webhook told that it was given a job: GitHub knows, and an unused registration must go.
    await this.#ask();
    if (launches.serving === this.runner) return { kind: 'served' };
    await this.#deregister();
    return { kind: 'unused' };
  }

  #judge(error: unknown): { verdict: LaunchVerdict; hostSilent: boolean } {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    const timedOut =
      cause instanceof TimeoutFailure && cause.timeoutType === TimeoutType.SCHEDULE_TO_START;
    if (timedOut && this.runner.phase === 'claiming') {
      const seconds = Math.round(this.#context.pool.timeouts.queue / 1000);
      const detail = `No host had a free slot within ${seconds} s: add capacity, or raise QUEUE_TIMEOUT`;
      return { verdict: { next: 'fail', code: 'queue_timeout', detail }, hostSilent: true };
    }
    return { verdict: judgeLaunch(error, Date.now()), hostSilent: timedOut };
  }

  /** Gives back registration and slot; a host that doesn't answer does so at its own next start. */
  async #cleanUp({ hostSilent }: { hostSilent: boolean }): Promise<void> {
    const { runner } = this;
    const { pool } = this.#context;
    try {
      if (runner.runnerId !== null) await this.#deregister();
      if (runner.hostId !== null && !hostSilent) {
        await errandsOn(runner.hostId, pool).removeRunner({
          runnerName: runner.name,
          onlyIfIdle: false,
          stopTimeout: pool.timeouts.stop,
        });
      }
    } catch (error) {
      log.warn('A runner could not be cleaned up; its host does so at its next start', {
        runner: runner.name,
        error: String(error),
      });
    }
  }

  async #ask(): Promise<void> {
    const word = await askGithub(this.#context.input);
    if (word) this.#context.launches.replace(word);
  }

  #deregister() {
    const { input, pool } = this.#context;
    return github.deregisterRunner({
      installationId: input.installationId,
      repository: input.repository,
      scope: pool.scope,
      runnerName: this.runner.name,
      runnerId: this.runner.runnerId,
    });
  }
}

/** GitHub's own word on the job; null when it knows no such job. */
export function askGithub({ id, githubJobId, installationId, repository }: RunnerJobInput) {
  return github.askJob({ id, githubJobId, installationId, repository });
}

/** Waits until something holds, at most `milliseconds`; answers whether it holds. */
export async function within(milliseconds: number, holds: () => boolean): Promise<boolean> {
  if (holds()) return true;
  return milliseconds > 0 ? condition(holds, milliseconds) : false;
}
