import fc from 'fast-check';
import { expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

it.each([
  ['/jobs?status=failed', '/jobs?status=failed'],
  ['/jobs/1-2#log', '/jobs/1-2#log'],
  ['/', '/'],
  [undefined, '/'],
  ['', '/'],
  ['jobs', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/..//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/api/auth/logout', '/'],
  [`/${'a'.repeat(3_000)}`, '/'],
])('leads for %j to %s', (wanted, expected) => {
  expect(returnPath(wanted)).toBe(expected);
});

it('never leads anywhere else', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '\t',
    '\n',
    'evil.example',
    ':',
    '@',
    '?',
    '#',
    '%2f',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = returnPath(`/${pieces.join('')}`);
      for (const base of ['https://runyard.example', 'http://127.0.0.1:3000']) {
        expect(new URL(path, base).origin).toBe(base);
      }
      expect(path).toMatch(/^\/(?![/\\])/);
    }),
    { numRuns: 2_000 },
  );
});
