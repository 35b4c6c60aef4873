import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs';

/** A log bigger than this is put aside (`.1`) when its process is started anew. */
const LARGEST = 20 * 1024 * 1024;

/** Puts a log aside that has grown too big; the one put aside before goes. */
export function rotateLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LARGEST) renameSync(file, `${file}.1`);
}

/** Appends lines of a process that writes no log of its own, each with its time. */
export function lineLog(file: string): (line: string) => void {
  rotateLog(file);
  return (line) => appendFileSync(file, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
}
