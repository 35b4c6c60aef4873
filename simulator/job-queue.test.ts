import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Job, Runner } from './entities.ts';
import { hasLabels, JobQueue } from './job-queue.ts';

const label = fc.constantFrom('self-hosted', 'Self-Hosted', 'linux', 'gpu', 'GPU');
const job = fc.record({
  id: fc.integer({ min: 1, max: 50 }),
  repositoryId: fc.integer({ min: 1, max: 3 }),
  labels: fc.uniqueArray(label),
}) as fc.Arbitrary<Job>;
const uniqueJobs = fc.uniqueArray(job, { selector: ({ id }) => id });

it('answers the oldest job that the runner may get, whatever came and went', () => {
  fc.assert(
    fc.property(
      uniqueJobs,
      fc.uniqueArray(label),
      fc.integer({ min: 1, max: 3 }),
      fc.func(fc.boolean()),
      (jobs, labels, repositoryId, leaves) => {
        const queue = new JobQueue();
        for (const each of jobs) queue.add(each);
        const left = jobs.filter((each) => !leaves(each.id));
        for (const each of jobs) if (leaves(each.id)) queue.remove(each);
        // Put back as a lapsed assignment is, which must not change the order.
        for (const each of left) {
          queue.remove(each);
          queue.add(each);
        }
        const expected = left
          .filter((each) => each.repositoryId === repositoryId && hasLabels(labels, each.labels))
          .map(({ id }) => id)
          .sort((one, other) => one - other)[0];
        const runner = { labels } as unknown as Runner;
        expect(queue.oldestFor(runner, (id) => id === repositoryId)).toBe(expected ?? null);
      },
    ),
  );
});

it('knows labels in any case', () => {
  expect(hasLabels(['Self-Hosted', 'Linux'], ['self-hosted', 'LINUX'])).toBe(true);
  expect(hasLabels(['self-hosted'], ['self-hosted', 'gpu'])).toBe(false);
  expect(hasLabels([], [])).toBe(true);
});
