import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A server that was just started: its process, the moment from which it can be used, and its end. */
export interface Launched {
  child: ChildProcess;
  /** Rejects when the process ends before it was ready; the message has its last lines. */
  ready: Promise<void>;
  /** How the process ended, for people: `SIGKILL`, `code 1`. Never rejects. */
  ended: Promise<string>;
}

/**
 * Puts a started process and its readiness together.
 *
 * @param untilReady - resolves when the process says that it's ready
 * @param lastLines - what it said last, asked for when it ends before it was ready
 */
export function launched(
  child: ChildProcess,
  untilReady: Promise<void>,
  lastLines: () => string,
): Launched {
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // `close` and not `exit`: by then every line has been read
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  const early = ended.then((how) => {
    throw new Error(`${how}: ${lastLines().trim() || 'it said nothing'}`);
  });
  const ready = Promise.race([untilReady, early]);
  // a launch that nobody awaits any more (a stop during the start) must not bring this process down
  ready.catch(() => {});
  return { child, ready, ended };
}

/**
 * Follows a process that says by a line of its output that it's ready.
 *
 * @param streams - what is read: the line may stand in any of them
 * @param isReady - tells that line from the others
 * @param onLine - gets every line, for the log
 */
export function followUntilReady(
  child: ChildProcess,
  streams: readonly Readable[],
  isReady: (line: string) => boolean,
  onLine: (line: string) => void = () => {},
): Launched {
  const last: string[] = [];
  const untilReady = new Promise<void>((resolve) => {
    for (const input of streams) {
      createInterface({ input }).on('line', (line) => {
        if (last.push(line) > 10) last.shift();
        onLine(line);
        if (isReady(line)) resolve();
      });
    }
  });
  return launched(child, untilReady, () => last.join('\n'));
}

/**
 * Sends a signal and resolves once the process is gone; after `patience` milliseconds it's killed.
 *
 * @returns false when it had to be killed
 */
export async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals,
  patience: number,
): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return true;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  let killed = false;
  const timer = setTimeout(() => {
    killed = child.kill('SIGKILL');
  }, patience);
  await gone;
  clearTimeout(timer);
  return !killed;
}
