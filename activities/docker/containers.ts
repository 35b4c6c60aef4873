import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { Engine } from './engine.ts';
import { dockerMessage, isConflict, isNotFound, statusOf } from './errors.ts';
import { LABELS } from './labels.ts';

/** A container as the engine knows it. */
export interface FoundContainer {
  id: string;
  /** Whether its labels name this host and this runner. */
  own: boolean;
  /** Made, but never started. */
  created: boolean;
  /** Run, and over. */
  ended: boolean;
  startedAt: Date;
}

/** Refusals of a running engine that are borne before a call is given up. */
const REFUSALS = 8;
/** Part of the command line of the process in which GitHub's runner does a job. */
const WORKER_PROCESS = 'Runner.Worker';
/** milliseconds between calls to an engine that is away */
const AWAY_PAUSE = 500;

/**
 * Repeats a call for as long as the engine is away, for what must not be left undone only because
 * dockerd restarts; an engine that answers, but refuses, is asked only so many times. The call must be
 * idempotent.
 */
export function untilDockerAnswers<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return pRetry(work, {
    retries: REFUSALS,
    minTimeout: 200,
    maxTimeout: 3_000,
    shouldRetry: ({ error }) => !isNotFound(error),
    shouldConsumeRetry: ({ error }) => statusOf(error) !== null,
    onFailedAttempt: async ({ error }) => {
      if (statusOf(error) === null) await delay(AWAY_PAUSE, undefined, signal ? { signal } : {});
    },
    ...(signal ? { signal } : {}),
  });
}

/** Looks a container up by name; null where there is none. */
export async function findContainer(engine: Engine, name: string): Promise<FoundContainer | null> {
  try {
    const {
      Id: id,
      Config: config,
      State: state,
    } = await engine.docker.getContainer(name).inspect();
    const own =
      config.Labels[LABELS.host] === engine.hostId && config.Labels[LABELS.runner] === name;
    const created = state.Status === 'created';
    const ended = state.Status === 'exited' || state.Status === 'dead';
    return { id, own, created, ended, startedAt: new Date(state.StartedAt) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Removes a container, running or not, with its anonymous volumes. One that is gone is no error. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  try {
    await engine.limit(() => engine.docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    if (isNotFound(error)) return;
    if (!isConflict(error)) throw error;
    // Somebody else's removal is under way; it is over when the container is gone.
    await delay(50);
    if (await findContainer(engine, id)) throw error;
  }
}

/**
 * Ends a container: the stop signal, then the kill once the time is over. One that has ended, or is
 * gone, is no error.
 *
 * @param stopTimeout - milliseconds
 */
export async function stopContainer(
  engine: Engine,
  id: string,
  stopTimeout: number,
): Promise<void> {
  try {
    await engine.streams.getContainer(id).stop({ t: Math.ceil(stopTimeout / 1000) });
  } catch (error) {
    // 304: not running
    if (isNotFound(error) || statusOf(error) === 304) return;
    throw error;
  }
}

/** Whether a runner is at work on a job: exactly then it has its worker process. */
export async function isAtWork(engine: Engine, id: string): Promise<boolean> {
  try {
    const processes = (await engine.docker.getContainer(id).top({ ps_args: '-eo pid,args' })) as {
      Processes: string[][] | null;
    };
    return (processes.Processes ?? []).some((columns) =>
      columns.join(' ').includes(WORKER_PROCESS),
    );
  } catch (error) {
    if (isNotFound(error) || isConflict(error) || /is not running/i.test(dockerMessage(error))) {
      return false;
    }
    throw error;
  }
}
