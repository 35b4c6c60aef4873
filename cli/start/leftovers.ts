import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './command.ts';

/** Milliseconds that a left-over process gets to end by itself. */
const PATIENCE = 5_000;

/** Signal that ends a process cleanly, by its name in `processes.json`. */
const STOP_SIGNALS: Readonly<Record<string, NodeJS.Signals>> = { postgres: 'SIGINT' };

/** The order in which they go: first those that need the others. */
const ORDER = [
  ['api', 'control_worker', 'host_worker', 'simulator'],
  ['temporal'],
  ['postgres'],
] as const;

/**
 * Ends the children of a supervisor that was killed. A process counts as one of ours only when its
 * command line names one of our folders: its pid may be another program's by now.
 *
 * @param pids - the content of `processes.json`
 * @param folders - the data folder, and the one of the database where it's elsewhere
 * @returns names of those that were ended
 */
export async function endLeftovers(pids: unknown, folders: readonly string[]): Promise<string[]> {
  if (typeof pids !== 'object' || pids === null) return [];
  const ended: string[] = [];
  for (const names of ORDER) {
    await Promise.all(
      names.map(async (name) => {
        const pid = (pids as Record<string, unknown>)[name];
        if (typeof pid !== 'number' || !(await isOurs(pid, folders))) return;
        await end(pid, STOP_SIGNALS[name] ?? 'SIGTERM', folders);
        ended.push(name);
      }),
    );
  }
  return ended;
}

async function end(pid: number, signal: NodeJS.Signals, folders: readonly string[]): Promise<void> {
  send(pid, signal);
  const deadline = performance.now() + PATIENCE;
  // Not our child (any more): its end can only be looked for.
  while (await isOurs(pid, folders)) {
    if (performance.now() > deadline) send(pid, 'SIGKILL');
    await delay(50);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function isOurs(pid: number, folders: readonly string[]): Promise<boolean> {
  const command = `${await commandLine(pid)}\0`;
  return folders.some((folder) =>
    // the whole folder, and not another one whose name begins alike
    ['/', '\0', ' ', '\n'].some((end) => command.includes(`${folder}${end}`)),
  );
}

/** Empty when there is no such process, or it has ended and nobody has waited for it yet. */
async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  } catch {
    return '';
  }
}
