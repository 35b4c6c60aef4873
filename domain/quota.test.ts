import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitsOf, type Quota, quotaRefusals, tightest } from './quota.ts';

const count = fc.integer({ min: 0, max: 20 });
const limit = fc.option(count);
const quota: fc.Arbitrary<Quota> = fc.record({
  of: fc.constantFrom('owner', 'team'),
  name: fc.constantFrom('a', 'b'),
  maxRunners: limit,
  maxRunnersPerHour: limit,
  used: fc.record({ runners: count, lastHour: count, hourFreesAt: fc.constant(0) }),
});

describe('quotaRefusals', () => {
  it('refuses the runner after the last one that a limit allows, and no other', () => {
    fc.assert(
      fc.property(fc.array(quota, { maxLength: 3 }), (quotas) => {
        const isFull = quotas.some(
          ({ maxRunners, maxRunnersPerHour, used }) =>
            used.runners + 1 > (maxRunners ?? Infinity) ||
            used.lastHour + 1 > (maxRunnersPerHour ?? Infinity),
        );
        expect(quotaRefusals(quotas).length > 0).toBe(isFull);
      }),
    );
  });

  it('says whose limit is full and what helps', () => {
    const full = {
      of: 'team',
      name: 'blue',
      maxRunners: 2,
      maxRunnersPerHour: 3,
      used: { runners: 2, lastHour: 3, hourFreesAt: Date.parse('2026-11-21T06:00:00Z') },
    } as const;
    expect(quotaRefusals([full]).map(({ message }) => message)).toEqual([
      'The team blue has 2 of at most 2 runners: delete one that is not needed',
      'The team blue has been given 3 of at most 3 runners within an hour: the next is free at 2026-11-21T06:00:00.000Z',
    ]);
  });
});

describe('limitsOf', () => {
  const one = { maxRunners: 1, maxRunnersPerHour: 1 };
  const two = { maxRunners: 2, maxRunnersPerHour: 2 };
  const three = { maxRunners: 3, maxRunnersPerHour: 3 };
  const none = { maxRunners: null, maxRunnersPerHour: null };

  it.each([
    [
      { own: one, team: two },
      { owner: one, team: two },
    ],
    [
      { own: null, team: two },
      { owner: none, team: two },
    ],
    [
      { own: one, team: null },
      { owner: one, team: none },
    ],
    [
      { own: null, team: null },
      { owner: three, team: none },
    ],
  ])('%j', (policies, expected) => {
    expect(limitsOf({ ...policies, default: three })).toEqual(expected);
  });
});

it('shows the quota that refuses first', () => {
  fc.assert(
    fc.property(fc.array(quota, { minLength: 1, maxLength: 3 }), (quotas) => {
      const shown = tightest(quotas);
      if (quotaRefusals(quotas).length === 0) return;
      expect(quotaRefusals(shown ? [shown] : [])).not.toEqual([]);
    }),
  );
  expect(tightest([])).toBeNull();
});
