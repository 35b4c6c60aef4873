// `npm test`: prepares what the tests need, runs them, and says how many passed. Plain JavaScript,
// as it runs on a clean clone.
//
//   npm test                      unit and end-to-end tests
//   npm test -- unit              one kind only: unit, e2e or chaos
//   npm test -- prisma            files whose path contains that; further options go to vitest
//   npm run test:chaos -- --short a bounded round of chaos
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { requireNode } from '../cli/setup/node-version.mjs';

requireNode();
const { createReporter } = await import('../cli/setup/reporter.mjs');
const { prepare, ROOT } = await import('../cli/setup/prepare.mjs');
const { prepareServices } = await import('./setup/machine.mjs');

const KINDS = ['unit', 'e2e', 'chaos'];
const args = process.argv.slice(2);
const named = args.filter((argument) => KINDS.includes(argument));
const kinds = named.length > 0 ? named : ['unit', 'e2e'];
const passedOn = args.filter((argument) => !KINDS.includes(argument) && argument !== '--short');
const reporter = createReporter();
const results = join(ROOT, 'test', 'output', 'results.json');

try {
  await prepare(reporter, { development: true });
  await prepareServices(reporter, kinds);
} catch (error) {
  reporter.line(error.message);
  finish({ passed: 0, failed: 0, skipped: 0 }, 1);
}
mkdirSync(dirname(results), { recursive: true });
rmSync(results, { force: true });
const code = await runVitest();
finish(readCounts(code), code);

function runVitest() {
  const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
  const child = spawn(
    process.execPath,
    [
      join(dirname(manifest), 'vitest.mjs'),
      'run',
      ...kinds.flatMap((kind) => ['--project', kind]),
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...passedOn,
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...(args.includes('--short') ? { CHAOS_SHORT: 'true' } : {}) },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) =>
    child.once('close', (exit, signal) => {
      if (signal) reporter.line(`The tests were ended by ${signal}`);
      resolve(exit ?? 1);
    }),
  );
}

function readCounts(exit) {
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  // a file that can't even be loaded has no tests, and has failed all the same
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const passed = report.numPassedTests;
  let failed = report.numFailedTests + brokenFiles;
  // an error outside of any test: it must not read as "0 failed"
  if (exit !== 0 && failed === 0 && passed > 0) failed = 1;
  return { passed, failed, skipped: report.numPendingTests + report.numTodoTests };
}

function finish({ passed, failed, skipped }, exit) {
  if (passed + failed === 0) reporter.line('No test ran to its end.');
  reporter.line(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(exit !== 0 || failed > 0 || passed === 0 ? 1 : 0);
}
