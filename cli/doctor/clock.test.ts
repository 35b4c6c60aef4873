import { expect, it } from 'vitest';
import { judgeClock } from './clock.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const judged = (seconds: number) =>
  judgeClock(new Date(now + seconds * 1000).toUTCString(), now, 'GitHub').state;

it.each([
  [0, 'ok'],
  [-1, 'ok'],
  [4, 'ok'],
  [-10, 'warning'],
  [30, 'warning'],
  [-60, 'failed'],
  [3600, 'failed'],
])('a clock that is %i s off is %s', (seconds, state) => {
  expect(judged(seconds)).toBe(state);
});

it('has nothing to say where no time was told', () => {
  expect(judgeClock(null, now, 'GitHub').state).toBe('warning');
});
