import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pollDelay } from './poll-delay.ts';

const interval = fc.integer({ min: 1_000, max: 3_600_000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const budget = (remaining: number, resetsAt = 600_000) => ({ limit: 100, remaining, resetsAt });

it('keeps to the interval, spread by half of it, while there is budget', () => {
  fc.assert(
    fc.property(interval, chance, fc.integer({ min: 50, max: 100 }), (every, luck, remaining) => {
      const delay = pollDelay(every, budget(remaining), luck, 0);
      expect(delay).toBeGreaterThanOrEqual(every * 0.75);
      expect(delay).toBeLessThanOrEqual(every * 1.25);
      expect(pollDelay(every, null, luck, 0)).toBe(delay);
      // what was left of an hour that is over says nothing
      expect(pollDelay(every, budget(0, 1), luck, 1)).toBe(delay);
    }),
  );
});

it('never asks sooner for less budget, and not at all with nearly none', () => {
  fc.assert(
    fc.property(interval, chance, fc.nat(100), fc.nat(100), (every, luck, one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      const delay = pollDelay(every, budget(less), luck, 0);
      expect(delay).toBeGreaterThanOrEqual(pollDelay(every, budget(more), luck, 0) - 1);
      if (less < 10) expect(delay).toBeGreaterThanOrEqual(600_000);
    }),
  );
});

it('makes no loop without a pause of an interval of nothing', () => {
  expect(pollDelay(0, null, 0, 0)).toBeGreaterThan(0);
});
