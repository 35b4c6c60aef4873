import { expect, it } from 'vitest';
import { allows } from './allows.ts';

it.each([
  [['*:*'], 'users:write', true],
  [['*:read'], 'users:read', true],
  [['*:read'], 'users:write', false],
  [['jobs:*'], 'jobs:write', true],
  [['jobs:*'], 'runners:write', false],
  [['jobs:read', 'runners:write'], 'runners:write', true],
  [['jobs:read'], 'jobs:write', false],
  [['jobs'], 'jobs:read', false],
  [[], 'jobs:read', false],
] as const)('%j covers %s: %s', (held, wanted, answer) => {
  expect(allows(held, wanted)).toBe(answer);
});
