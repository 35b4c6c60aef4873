import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A server that was just started: its process, and the moment from which it can be used. */
export interface Launched {
  child: ChildProcess;
  /** Rejects when the process ends before it was ready; the message has its last lines. */
  ready: Promise<void>;
}

/**
 * Follows a process that says by a line of its output that it's ready.
 *
 * @param stream - where that line will stand
 * @param isReady - tells that line from the others
 * @param onLine - gets every line, for the log
 */
export function followUntilReady(
  child: ChildProcess,
  stream: Readable,
  isReady: (line: string) => boolean,
  onLine: (line: string) => void = () => {},
): Launched {
  const last: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: stream }).on('line', (line) => {
      if (last.push(line) > 10) last.shift();
      onLine(line);
      if (isReady(line)) resolve();
    });
    // `close` and not `exit`: by then every line has been read
    child.once('close', (code, signal) => {
      reject(
        new Error(`ended with ${signal ?? `code ${code}`}: ${last.join('\n') || 'no output'}`),
      );
    });
  });
  // a launch that nobody awaits any more (a stop during the start) must not bring the process down
  ready.catch(() => {});
  return { child, ready };
}

/** Sends a signal and resolves once the process is gone; after `patience` milliseconds it's killed. */
export async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals,
  patience: number,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await gone;
  clearTimeout(timer);
}
