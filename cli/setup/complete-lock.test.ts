import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../config/root.ts';
import { missingOptionals } from './complete-lock.mjs';

it('package-lock.json names the packages of every platform (else: npm run generate)', async () => {
  const lock = JSON.parse(await readFile(join(projectRoot(), 'package-lock.json'), 'utf8'));
  expect(Object.keys(missingOptionals(lock))).toEqual([]);
});

it('finds what is missing, wherever its owner stands, and what it is for', () => {
  const missing = missingOptionals({
    packages: {
      '': {},
      'node_modules/a': {
        version: '1.0.0',
        optionalDependencies: { '@a/linux-x64-musl': '1.0.0' },
      },
      'node_modules/a/node_modules/b': {
        optionalDependencies: { '@a/darwin-arm64': '2.0.0', there: '1.0.0', beside: '1.0.0' },
      },
      'node_modules/there': {},
      'node_modules/a/node_modules/beside': {},
    },
  });
  expect(missing).toEqual({
    'node_modules/@a/linux-x64-musl': {
      version: '1.0.0',
      cpu: ['x64'],
      libc: ['musl'],
      os: ['linux'],
      optional: true,
    },
    'node_modules/@a/darwin-arm64': {
      version: '2.0.0',
      cpu: ['arm64'],
      os: ['darwin'],
      optional: true,
    },
  });
});
