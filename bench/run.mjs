// `npm run bench`: prepares what is missing, then measures. Plain JavaScript, as it runs on a clean
// clone.
//
//   npm run bench                                    every figure
//   npm run bench -- --burst 100 --waiting 200       a shorter run
//   npm run bench -- --only ramp,burst               some figures: idle, burst, ramp, waiting
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { requireNode } from '../cli/setup/node-version.mjs';

requireNode();
const { createReporter } = await import('../cli/setup/reporter.mjs');
const { prepare, ROOT } = await import('../cli/setup/prepare.mjs');
const { prepareServices } = await import('../test/setup/machine.mjs');

const reporter = createReporter();
try {
  await prepare(reporter, { development: true });
  await prepareServices(reporter, ['bench']);
} catch (error) {
  reporter.line(error.message);
  process.exit(1);
}
const bench = spawn(
  process.execPath,
  ['--import', 'tsx', join(ROOT, 'bench', 'main.ts'), ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.once('close', (code) => process.exit(code ?? 1));
