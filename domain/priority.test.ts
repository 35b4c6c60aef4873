import { expect, it } from 'vitest';
import type { PriorityRule } from './pool.ts';
import { priorityOf } from './priority.ts';

const rules: PriorityRule[] = [
  { repository: 'acme/hotfix', priority: 1 },
  { label: 'urgent*', branch: 'main', priority: 2 },
  { event: 'schedule', priority: 5 },
];
const job = { labels: ['linux'], repository: 'acme/web', branch: 'main', event: 'push' };

it.each([
  [{}, 3],
  [{ repository: 'Acme/Hotfix' }, 1],
  [{ labels: ['linux', 'urgent-now'] }, 2],
  [{ labels: ['urgent'], branch: 'topic' }, 3],
  [{ labels: ['urgent'], branch: null }, 3],
  [{ event: 'schedule' }, 5],
  [{ event: 'schedule', repository: 'acme/hotfix' }, 1],
])('%j has priority %i', (change, expected) => {
  expect(priorityOf({ ...job, ...change }, rules)).toBe(expected);
});
