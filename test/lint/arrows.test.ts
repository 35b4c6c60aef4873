import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/root.ts';

/** Code that must be refused, and by which rule. */
const REFUSED: [file: string, code: string, rule: string][] = [
  ['domain/a.ts', `import '../workflows/b.ts';`, 'no-restricted-imports'],
  [
    'domain/a.ts',
    `import type { B } from '../api/b.ts'; export type A = B;`,
    'no-restricted-imports',
  ],
  ['domain/a.ts', `import 'node:fs';`, 'no-restricted-imports'],
  ['domain/deep/a.ts', `import '../../prisma/b.ts';`, 'no-restricted-imports'],
  ['domain/a.ts', `export const a = Date.now();`, 'no-clock'],
  ['domain/a.ts', `export const a = new Date();`, 'no-clock'],
  ['domain/a.ts', `export const a = Math.random();`, 'no-clock'],
  ['domain/a.ts', `export const a = process.platform;`, 'no-restricted-globals'],
  ['workflows/a.ts', `import { b } from '../activities/b.ts'; b();`, 'no-restricted-imports'],
  ['workflows/a.ts', `import '../prisma/b.ts';`, 'no-restricted-imports'],
  ['workflows/a.ts', `import 'node:crypto';`, 'no-restricted-imports'],
  ['workflows/a.ts', `import { z } from 'zod'; z.string();`, 'no-restricted-imports'],
  ['workflows/a.ts', `export const a = process.pid;`, 'no-restricted-globals'],
  ['workflows/contracts/a.ts', `import '../runner-job.ts';`, 'no-restricted-imports'],
  ['activities/a.ts', `import '../worker/b.ts';`, 'no-restricted-imports'],
  ['activities/a.ts', `import '../workflows/runner-job.ts';`, 'no-restricted-imports'],
  ['worker/a.ts', `import '../api/b.ts';`, 'no-restricted-imports'],
  ['api/routes/a.ts', `import '../../activities/b.ts';`, 'no-restricted-imports'],
  ['api/a.ts', `import '../workflows/runner-job.ts';`, 'no-restricted-imports'],
  ['api/a.ts', `import '../worker/control/worker.ts';`, 'no-restricted-imports'],
  ['cli/commands/a.ts', `import '../../prisma/client.ts';`, 'no-restricted-imports'],
  ['cli/commands/a.ts', `import { app } from '../../api/app.ts'; app();`, 'no-restricted-imports'],
  ['cli/start/a.ts', `import '../../worker/host.ts';`, 'no-restricted-imports'],
  ['web/a.ts', `import { app } from '../api/app.ts'; app();`, 'no-restricted-imports'],
  [
    'web/a.ts',
    `import type { B } from '../domain/b.ts'; export type A = B;`,
    'no-restricted-imports',
  ],
  ['simulator/a.ts', `import { b } from '../domain/b.ts'; b();`, 'no-restricted-imports'],
  ['api/a.ts', `import { exec } from 'node:child_process'; exec('ls');`, 'no-shell'],
  ['api/a.ts', `import * as c from 'child_process'; c.execSync('ls');`, 'no-shell'],
  [
    'api/a.ts',
    `import { spawn } from 'node:child_process'; spawn('ls', { shell: true });`,
    'no-shell',
  ],
  ['test/a.ts', `import { execSync } from 'node:child_process'; execSync('ls');`, 'no-shell'],
  ['activities/a.ts', `export const a = process.env['HOME'];`, 'no-process-env'],
  ['api/a.ts', `export const a: any = 1;`, 'no-explicit-any'],
  [
    'api/a.ts',
    Array.from({ length: 401 }, (_, n) => `export const a${n} = ${n};`).join('\n'),
    'max-lines',
  ],
];

/** Code that must pass. */
const ACCEPTED: [file: string, code: string][] = [
  ['domain/a.ts', `import { b } from './b.ts'; export const a = b;`],
  ['workflows/a.ts', `import type { B } from '../activities/b.ts'; export type A = B;`],
  ['workflows/a.ts', `import { b } from '../domain/b.ts'; export const a = b;`],
  ['activities/a.ts', `import { b } from '../workflows/contracts/ids.ts'; export const a = b;`],
  ['worker/a.ts', `import { b } from '../activities/b.ts'; export const a = b;`],
  ['api/routes/a.ts', `import { b } from '../events/b.ts'; export const a = b;`],
  ['api/routes/a.ts', `import { b } from '../../workflows/contracts/ids.ts'; export const a = b;`],
  ['api/a.ts', `import { b } from '../worker/codec/b.ts'; export const a = b;`],
  ['cli/commands/a.ts', `import type { B } from '../../api/app.ts'; export type A = B;`],
  ['cli/start/a.ts', `import { b } from '../../prisma/migrate.ts'; export const a = b;`],
  ['web/a.ts', `import type { App } from '../api/app.ts'; export type A = App;`],
  ['simulator/a.ts', `import type { B } from '../domain/b.ts'; export type A = B;`],
  ['domain/a.test.ts', `import { b } from '../prisma/b.ts'; export const a = b;`],
  ['config/a.ts', `export const a = process.env['HOME'];`],
  ['cli/a.ts', `import { spawn } from 'node:child_process'; spawn('ls', [], { shell: false });`],
];

let folder: string;
let found: Map<string, string>;
const fileOf = (kind: string, index: number, file: string) => {
  // every case is linted in one run, so each has a file of its own in the same room
  const extension = file.endsWith('.test.ts') ? '.test.ts' : '.ts';
  return join(dirname(file), `${kind}${index}${extension}`);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-lint-'));
  const configuration = JSON.parse(await readFile(join(projectRoot(), '.oxlintrc.json'), 'utf8'));
  configuration.jsPlugins = [join(projectRoot(), 'test', 'lint', 'plugin.mjs')];
  await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(configuration));
  const cases = [
    ...REFUSED.map(([file, code], n) => [fileOf('refused', n, file), code] as const),
    ...ACCEPTED.map(([file, code], n) => [fileOf('accepted', n, file), code] as const),
  ];
  for (const [file, code] of cases) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), `${code}\n`);
  }
  found = await lint(folder);
});

afterAll(() => rm(folder, { recursive: true }));

/** The names of the rules that were broken, joined, by file. */
async function lint(where: string): Promise<Map<string, string>> {
  const manifest = createRequire(import.meta.url).resolve('oxlint/package.json');
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [join(dirname(manifest), 'bin', 'oxlint'), '--format=json'],
      { cwd: where, maxBuffer: 1e8 },
      (_, out) => resolve(out),
    );
  });
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { code: string; filename: string }[];
  };
  const rules = new Map<string, string>();
  for (const { code, filename } of diagnostics) {
    rules.set(filename, `${rules.get(filename) ?? ''} ${code}`);
  }
  return rules;
}

describe('the linter refuses', () => {
  it.each(REFUSED.map(([file, code, rule], n) => ({ n, file, code: code.slice(0, 60), rule })))(
    '$file: $code',
    ({ n, file, rule }) => {
      expect(found.get(fileOf('refused', n, file))).toContain(`(${rule})`);
    },
  );
});

describe('the linter accepts', () => {
  it.each(ACCEPTED.map(([file, code], n) => ({ n, file, code })))('$file: $code', ({ n, file }) => {
    expect(found.get(fileOf('accepted', n, file))).toBeUndefined();
  });
});
