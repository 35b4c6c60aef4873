import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRunnerOf, runnerName } from './runner-name.ts';

const pool = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);

it('is short enough for GitHub, one for each launch, and known as its pool’s', () => {
  const job = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const launch = fc.integer({ min: 1, max: 999 });
  fc.assert(
    fc.property(pool, job, launch, (of, id, number) => {
      const name = runnerName(of, id, number);
      expect(name.length).toBeLessThanOrEqual(64);
      expect(isRunnerOf(of, name)).toBe(true);
      expect(runnerName(of, id, number + 1)).not.toBe(name);
    }),
  );
});

it.each([
  'somebody-elses',
  'ry-defaultx-1a',
  'ry-default-',
  'ry-default-linux-1a',
  'xry-default-1a',
])('%s is no runner of the pool “default”', (name) => {
  expect(isRunnerOf('default', name)).toBe(false);
});
