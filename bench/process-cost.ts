import { readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** CPU time that a process has used so far, in milliseconds. Linux only. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // the command's name may hold spaces, so fields are counted behind its closing parenthesis
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1000;
}

/** Memory of a process that no other shares, and its part of what is shared (PSS), in MiB. Linux only. */
export async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
}

/** A process and everything that it started, such as PostgreSQL's backends. */
export async function familyOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const pids = children
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);
  const families = await Promise.all(pids.map(familyOf));
  return [pid, ...families.flat()];
}

/** The sum of a measure over processes; those that have ended meanwhile count nothing. */
export async function sumOver(
  pids: readonly number[],
  measure: (pid: number) => Promise<number>,
): Promise<number> {
  const values = await Promise.all(pids.map((pid) => measure(pid).catch(() => 0)));
  return values.reduce((sum, value) => sum + value, 0);
}
