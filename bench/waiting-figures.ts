import { setTimeout as pass } from 'node:timers/promises';
import type { Testbed } from '../test/parts/testbed.ts';
import { type Figure, figure } from './figures.ts';
import { cpuOf, familyOf, memoryOf, sumOver } from './process-cost.ts';

/** Milliseconds over which idle CPU is measured. */
const WINDOW = 20_000;

async function pidsOf({ system }: Testbed, names?: readonly string[]): Promise<number[]> {
  const processes = Object.entries(await system.processes());
  const chosen = processes.filter(([name]) =>
    names ? names.includes(name) : name !== 'simulator',
  );
  // the supervisor's family would count every other once more
  const families = chosen.map(async ([name, pid]) =>
    name === 'supervisor' ? [Number(pid)] : familyOf(Number(pid)),
  );
  return (await Promise.all(families)).flat();
}

/** Memory of the whole system with nothing to do; the simulator is no part of the product. */
export async function idleMemory(bed: Testbed): Promise<Figure[]> {
  const { supervisor: _, simulator: __, ...parts } = await bed.system.processes();
  const figures: Figure[] = [];
  for (const name of Object.keys(parts)) {
    const mebibytes = await sumOver(await pidsOf(bed, [name]), memoryOf);
    figures.push(figure(`memory idle: ${name}`, mebibytes, 'MiB', null, '', 'told', () => true));
  }
  const all = await sumOver(await pidsOf(bed), memoryOf);
  return [
    ...figures,
    figure('memory idle, whole system', all, 'MiB', null, '', '≤ 600 MiB', (v) => v <= 600),
  ];
}

/** What a waiting job costs: one slot is taken by a long job, all others wait behind it. */
export async function waitingFigures(bed: Testbed, count: number): Promise<Figure[]> {
  const { github, runyard } = bed;
  const [blocker] = await github.queue('bench/blocker', [{ steps: [{ run: 'sleep 600' }] }]);
  if (!blocker) throw new Error('The simulator queued no job');
  await runyard.until(blocker, (job) => job.status === 'running');
  const pids = await pidsOf(bed);
  const memoryBefore = await sumOver(pids, memoryOf);
  const jobs = await github.queue('bench/waiting', [{ steps: [{ run: 'true' }] }], { count });
  const last = jobs.at(-1);
  if (!last) throw new Error('The simulator queued no jobs');
  await github.call('GET', '/deliveries/idle?timeout=120');
  await Promise.all(
    jobs.slice(-20).map((job) => runyard.until(job, (one) => one.admitted_at !== null, 120)),
  );
  await pass(5_000);
  const now = await pidsOf(bed);
  const memory = (await sumOver(now, memoryOf)) - memoryBefore;
  const cpuBefore = await sumOver(now, cpuOf);
  await pass(WINDOW);
  const cpu = (await sumOver(now, cpuOf)) - cpuBefore;
  return [
    figure(
      `memory a waiting job, at ${count}`,
      (memory * 1024) / count,
      'KiB',
      null,
      '',
      '≤ 100 KiB',
      (v) => v <= 100,
    ),
    figure(
      `idle CPU with ${count} jobs waiting`,
      (cpu / WINDOW) * 100,
      '% of a core',
      null,
      '',
      '≤ 25 %',
      (v) => v <= 25,
    ),
  ];
}
