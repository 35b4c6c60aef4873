import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FREE_FAILURES, lockTime, type ThrottleKind } from './lock-out.ts';

const kinds = fc.constantFrom<ThrottleKind>('account', 'address');

it('locks nobody for the first few failures', () => {
  fc.assert(
    fc.property(kinds, fc.nat(100), (kind, failures) => {
      expect(lockTime(kind, failures) > 0).toBe(failures > FREE_FAILURES[kind]);
    }),
  );
});

it('locks for twice as long after each further failure, and never for more than 15 minutes', () => {
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (kind, beyond) => {
      const failures = FREE_FAILURES[kind] + beyond;
      const [now, next] = [lockTime(kind, failures), lockTime(kind, failures + 1)];
      expect(next).toBe(Math.min(15 * 60_000, now * 2));
    }),
  );
  expect(lockTime('account', 5)).toBe(30_000);
});
