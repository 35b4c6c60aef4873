import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesPattern } from './pattern.ts';

it.each([
  ['gpu-*', 'gpu-a100', true],
  ['gpu-*', 'GPU-', true],
  ['gpu-*', 'cpu-1', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['acme/*-api', 'acme/billing-api', true],
  ['acme/*-api', 'acme/billing-api-2', false],
  ['a*b*c', 'a-c-b-c', true],
  ['exact', 'exact ', false],
])('%s against %s: %s', (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

it('agrees with the regular expression of the same meaning', () => {
  const text = fc.stringMatching(/^[ab.]{0,8}$/);
  const pattern = fc.stringMatching(/^[ab.*]{0,6}$/);
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      const expression = p
        .split('*')
        .map((part) => part.replaceAll('.', '\\.'))
        .join('.*');
      expect(matchesPattern(p, t)).toBe(new RegExp(`^${expression}$`).test(t));
    }),
    { numRuns: 2_000 },
  );
});
