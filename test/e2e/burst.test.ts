import { afterAll, beforeAll, expect, it } from 'vitest';
import { followContainers } from '../parts/container-events.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

const CAPACITY = 4;

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let expectNothingLeft: Testbed['expectNothingLeft'];

beforeAll(async () => {
  ({ system, github, runyard, expectNothingLeft } = await startTestbed('burst', {
    HOST_CAPACITY: String(CAPACITY),
    POOL_MEMORY_MIB: '64',
    POOL_PRIORITY_RULES: JSON.stringify([{ repository: 'acme/hotfix', priority: 1 }]),
  }));
});
afterAll(() => system?.stop());

/** Follows how many of the host's containers run at once. */
async function watchContainers(hostId: string) {
  const running = new Set<string>();
  const seen = { most: 0, started: 0 };
  const stop = await followContainers(hostId, ['start', 'die'], ({ action, containerId }) => {
    if (action === 'die') running.delete(containerId);
    else {
      running.add(containerId);
      seen.started += 1;
      seen.most = Math.max(seen.most, running.size);
    }
  });
  return { seen, stop };
}

it('serves a burst of 500 by priority and fairness, and never exceeds the capacity', async () => {
  const watch = await watchContainers(system.hostId);
  const steps = [{ run: 'true' }];
  const flood = await github.queue('acme/flood', [{ steps }], { count: 440 });
  await github.call('GET', '/jobs/wait?status=in_progress&count=8&timeout=60');
  const small = await github.queue('acme/small', [{ steps }], { count: 50 });
  const hotfix = await github.queue('acme/hotfix', [{ steps }], { count: 10 });
  expect(await github.waitForAll(400)).toBe(500);
  await Promise.all(
    [...flood.slice(-3), ...small.slice(-3), ...hotfix].map((job) => runyard.ended(job)),
  );
  await expectNothingLeft([...flood, ...small, ...hotfix]);
  watch.stop();

  expect(watch.seen.most).toBeLessThanOrEqual(CAPACITY);
  const jobs = await runyard.jobs();
  expect(jobs).toHaveLength(500);
  expect(new Set(jobs.map((job) => `${job.status} ${job.conclusion}`))).toEqual(
    new Set(['completed success']),
  );

  const order = jobs
    .toSorted((a, b) => Date.parse(a.claimed_at ?? '') - Date.parse(b.claimed_at ?? ''))
    .map((job) => job.repository);
  const arrived = jobs.find((job) => job.repository === 'acme/hotfix')?.admitted_at ?? '';
  const servedAfter = jobs
    .filter((job) => (job.claimed_at ?? '') > arrived)
    .toSorted((a, b) => Date.parse(a.claimed_at ?? '') - Date.parse(b.claimed_at ?? ''))
    .map((job) => job.repository);
  // priority: hardly anything is served between the arrival of the urgent jobs and their end
  const lastHotfix = servedAfter.lastIndexOf('acme/hotfix');
  expect(lastHotfix).toBeLessThan(10 + 4 * CAPACITY);
  // fairness: the small repository takes turns with the flood instead of waiting behind it
  const turns = servedAfter.slice(lastHotfix + 1);
  const lastSmall = turns.lastIndexOf('acme/small');
  expect(turns.slice(0, lastSmall + 1).filter((one) => one === 'acme/flood').length).toBeLessThan(
    100,
  );
  expect(order.at(-1)).toBe('acme/flood');
}, 500_000);
