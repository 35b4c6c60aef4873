import { setTimeout as delay } from 'node:timers/promises';
import { endChild, type Launched } from './launched.ts';

/** A process that is started again whenever it ends, until it's stopped. */
export interface Supervised {
  /** Resolves when the process is ready for the first time; rejects when it can't be brought up. */
  start(): Promise<void>;
  /** Ends the process and doesn't start it again. Resolves when it's gone. */
  stop(patience: number): Promise<void>;
  /** Ends the process at once, and doesn't start it again. */
  kill(): void;
}

export interface SupervisedOptions {
  /** For people: `The API`. */
  title: string;
  /** Starts the process, always on the same ports. */
  launch: () => Promise<Launched> | Launched;
  stopSignal: NodeJS.Signals;
  /** Told of every new process, and of its end by `undefined`. */
  onProcess: (pid: number | undefined) => void;
  /** Told each time that a process can be used. */
  onReady: (pid: number) => void;
  /** Told, for people, that the process ended and why, that it's back, that it had to be killed. */
  onTrouble: (message: string) => void;
}

/** Tries before the first start counts as failed: a port or a lock may be a moment in coming free. */
const FIRST_TRIES = 5;
/** milliseconds */
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
/** A process that ran so long had nothing wrong with its start: the next pause is short again. */
const STABLE_AFTER = 30_000;
/** A process that isn't ready by then is hanging: it's killed and started again. */
const READY_WITHIN = 90_000;

/** Pause before the next start after so many failures in a row, in milliseconds. */
export function restartPause(failures: number): number {
  return Math.min(SHORTEST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
}

export function supervise(options: SupervisedOptions): Supervised {
  const { title, launch, stopSignal, onProcess, onReady, onTrouble } = options;
  const stopping = new AbortController();
  let current: Launched | undefined;
  let running: Promise<void> = Promise.resolve();

  async function once(whenReady: () => void): Promise<string> {
    try {
      current = await launch();
      onProcess(current.child.pid);
      // a stop that came while the launch was prepared has found nothing to end
      if (stopping.signal.aborted) current.child.kill(stopSignal);
      const timer = setTimeout(() => current?.child.kill('SIGKILL'), READY_WITHIN);
      await current.ready.finally(() => clearTimeout(timer));
      whenReady();
      if (current.child.pid !== undefined) onReady(current.child.pid);
      return await current.ended;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      onProcess(undefined);
    }
  }

  async function run(resolve: () => void, reject: (error: Error) => void): Promise<void> {
    let failures = 0;
    let wasReady = false;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const reason = await once(() => {
        if (wasReady) onTrouble(`${title} is back`);
        wasReady = true;
        resolve();
      });
      if (stopping.signal.aborted) break;
      failures = performance.now() - startedAt > STABLE_AFTER ? 1 : failures + 1;
      if (!wasReady && failures >= FIRST_TRIES) {
        return reject(new Error(`${title} doesn't start: ${reason}`));
      }
      if (wasReady) onTrouble(`${title} ended (${reason}); starting it again`);
      await delay(restartPause(failures), undefined, { signal: stopping.signal }).catch(() => {});
    }
    reject(new Error(`${title} was stopped`));
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        running = run(resolve, reject);
      }),
    async stop(patience) {
      stopping.abort();
      if (current && !(await endChild(current.child, stopSignal, patience))) {
        onTrouble(`${title} didn't end within ${patience / 1000} s, and was killed`);
      }
      await running;
    },
    kill() {
      stopping.abort();
      current?.child.kill('SIGKILL');
    },
  };
}
