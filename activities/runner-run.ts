import { dockerMessage } from './docker/errors.ts';
import {
  findContainer,
  removeContainer,
  stopContainer,
  untilDockerAnswers,
} from './docker/containers.ts';
import type { ContainerOutcome } from '../workflows/contracts/host-activities.ts';
import { readLogPosition } from './log-chunks.ts';
import { untilRecorded } from './patience.ts';
import type { RunnerContext, RunRequest } from './runner-context.ts';
import { launchContainer, type RunningContainer, takeUpContainer } from './runner-launch.ts';
import { RunnerLog } from './runner-log.ts';
import { keepOutput } from './runner-output.ts';
import { secretsOf } from './runner-secrets.ts';

/** A container that was removed before its start, or that nothing is known of any more. */
export function absent(): ContainerOutcome {
  const removedAt = new Date().toISOString();
  return { result: 'absent', exitCode: null, startedAt: null, removedAt };
}

/**
 * One runner's container on this host, from its slot to its removal. It lives on beside the activity
 * that asked for it: a later attempt of that activity joins it.
 */
export class RunnerRun {
  readonly outcome: Promise<ContainerOutcome>;
  /** The container once it runs; null when it never came to that. */
  readonly container: Promise<RunningContainer | null>;
  /** Attempts of the activity that wait for the outcome at present. */
  attendants = 0;
  readonly #context: RunnerContext;
  readonly #request: RunRequest;
  readonly #removal = new AbortController();
  #stopTimeout: number;
  #timedOut = false;

  constructor(context: RunnerContext, request: RunRequest) {
    this.#context = context;
    this.#request = request;
    this.#stopTimeout = request.input.stopTimeout;
    const { promise, resolve } = deferred<RunningContainer | null>();
    this.container = promise;
    this.outcome = this.#live(resolve).finally(() => resolve(null));
    // whoever asked may have gone: a failure is theirs to see, and no crash
    this.outcome.catch(() => {});
  }

  /**
   * Ends the run soon: a container that isn't there yet never comes, one that runs is stopped. Then the
   * outcome follows as ever.
   *
   * @param stopTimeout - milliseconds
   */
  remove(stopTimeout: number): void {
    if (this.#removal.signal.aborted) return;
    this.#stopTimeout = stopTimeout;
    this.#removal.abort();
  }

  async #live(runs: (container: RunningContainer) => void): Promise<ContainerOutcome> {
    const { slots } = this.#context;
    const { runnerName } = this.#request.input;
    const { signal } = this.#removal;
    try {
      await slots.occupy(runnerName, signal);
      const found = this.#request.attempt > 1 ? await this.#takeUp() : null;
      if (found && 'result' in found) return found;
      const container = found ?? (await launchContainer(this.#context, this.#request, signal));
      runs(container);
      return await this.#follow(container);
    } catch (error) {
      if (signal.aborted) return absent();
      throw error;
    } finally {
      slots.vacate(runnerName);
    }
  }

  /**
   * What an earlier attempt left: its container, the record of its end, or null where it never came to
   * a start.
   */
  async #takeUp(): Promise<RunningContainer | ContainerOutcome | null> {
    const { engine, records } = this.#context;
    const { runnerName } = this.#request.input;
    const found = await untilDockerAnswers(() => findContainer(engine, runnerName));
    if (found?.own && !found.created) return takeUpContainer(this.#context, found);
    if (found) return null; // a launch clears what was made and never started
    const known = await records.known(runnerName);
    if (!known) return null;
    const outcome = { ...absent(), startedAt: known.startedAt.toISOString() };
    if (known.exitCode !== null) {
      const removedAt = (known.removedAt ?? new Date()).toISOString();
      return { ...outcome, result: 'exited', exitCode: known.exitCode, removedAt };
    }
    await records.ended({ runnerName, exitCode: null, exitedAt: null, removedAt: new Date() });
    return outcome;
  }

  /** From the start of the container to its removal. */
  async #follow(container: RunningContainer): Promise<ContainerOutcome> {
    const { engine, metrics, records, slots } = this.#context;
    const { runnerName, pool } = this.#request.input;
    const { startedAt, watch } = container;
    const started = this.#recordStart(container);
    const log = this.#openLog(container);
    const output = log.then((opened) => keepOutput(this.#context, container, opened));
    // awaited only after the end: until then a failure must not count as unhandled
    output.catch(() => {});
    const stopWatching = this.#stopInTime(container);
    const end = await watch.ended;
    const endedAt = new Date();
    stopWatching();
    await this.#orLog('Output is lost', async () => {
      await output;
      await (await log).close();
    });
    await this.#orLog('A container could not be removed', () =>
      untilDockerAnswers(() => removeContainer(engine, container.id)),
    );
    const removedAt = new Date();
    metrics.removed(pool.name, (removedAt.getTime() - endedAt.getTime()) / 1000);
    slots.vacate(runnerName);
    await started;
    const exitCode = end.gone ? null : end.exitCode;
    const exitedAt = end.gone ? null : endedAt;
    await this.#orLog('An end is not recorded', () =>
      records.ended({ runnerName, exitCode, exitedAt, removedAt }),
    );
    return {
      result: this.#timedOut ? 'run_timeout' : end.gone ? 'absent' : 'exited',
      exitCode,
      startedAt: startedAt.toISOString(),
      removedAt: removedAt.toISOString(),
    };
  }

  async #openLog(container: RunningContainer): Promise<RunnerLog> {
    const { database, log, logBytes } = this.#context;
    const { input, minted } = this.#request;
    const { runnerName } = input;
    const position =
      container.output !== null
        ? { sequence: 0, bytes: 0 }
        : await untilRecorded('output', log, () => readLogPosition(database, runnerName));
    const secrets = secretsOf(minted.reveal().jitConfig);
    return new RunnerLog({ database, log, runnerName, secrets, limit: logBytes, position });
  }

  #recordStart(container: RunningContainer): Promise<void> {
    const { engine, records } = this.#context;
    return this.#orLog('A start is not recorded', () =>
      records.started({
        hostId: engine.hostId,
        containerId: container.id,
        startedAt: container.startedAt,
        runner: this.#request.input,
      }),
    );
  }

  /** Stops the container at the end of its time, or when its removal is wished; answers how to call that off. */
  #stopInTime(container: RunningContainer): () => void {
    const over = new AbortController();
    const { engine } = this.#context;
    const stop = () =>
      void this.#orLog('A container could not be stopped', () =>
        untilDockerAnswers(
          () => stopContainer(engine, container.id, this.#stopTimeout),
          over.signal,
        ).catch((error: unknown) => {
          if (!over.signal.aborted) throw error;
        }),
      );
    const { runTimeout } = this.#request.input;
    const left = Math.max(0, container.startedAt.getTime() + runTimeout - Date.now());
    const timer = setTimeout(
      () => {
        this.#timedOut = true;
        void this.#orLog('A time-out is not recorded', () =>
          this.#context.records.outOfTime(this.#request.input.runnerName, runTimeout),
        ).then(stop);
      },
      Math.min(left, 2 ** 31 - 1),
    );
    if (this.#removal.signal.aborted) stop();
    else this.#removal.signal.addEventListener('abort', stop, { once: true });
    return () => {
      clearTimeout(timer);
      this.#removal.signal.removeEventListener('abort', stop);
      over.abort();
    };
  }

  async #orLog(failure: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const runner = this.#request.input.runnerName;
      this.#context.log.error({ runner, error: dockerMessage(error) }, failure);
    }
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
