import type { Testbed } from '../test/parts/testbed.ts';
import { bareNetwork, bareRun, runBare } from './bare-docker.ts';
import { watchContainers } from './container-watch.ts';
import { type Figure, figure } from './figures.ts';

/** So many runners at once, from nothing. */
export async function rampFigures(bed: Testbed, image: string, memory: number): Promise<Figure[]> {
  const { system, github } = bed;
  const count = 30;
  const limits = { cpus: 1, memoryMebibytes: memory, pids: 1024 };
  const network = await bareNetwork();
  const next = bareRun(image, network.id, limits);
  const bareBegin = performance.now();
  const runs = await Promise.all(
    Array.from({ length: count }, async () =>
      runBare({ ...(await next()), command: ['/bin/sh', '-c', 'read -r line; sleep 3'] }),
    ),
  );
  const bare = performance.now() - bareBegin;
  await Promise.all(runs.map(({ over }) => over));
  await network.remove();

  const watch = await watchContainers(system.hostId);
  const begin = Date.now();
  await github.queue('bench/ramp', [{ steps: [{ run: 'sleep 3' }] }], { count });
  await github.waitForAll(120, '&repository=bench/ramp');
  watch.stop();
  const last = Math.max(...watch.started.values()) - begin;
  return [
    figure(
      '30 runners from nothing',
      last,
      'ms',
      bare,
      'bare Docker, all at once',
      '≤ 1.25 × bare',
      (v) => v <= 1.25 * bare,
    ),
  ];
}
