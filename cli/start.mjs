#!/usr/bin/env node
// Starts Runyard on this machine. Plain JavaScript, as it runs on a clean clone: it installs and
// builds what is missing, then hands over to `dist/cli/start/main.js`.
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { createReporter } = await import('./setup/reporter.mjs');
const { prepare, ROOT } = await import('./setup/prepare.mjs');
const { pathToFileURL } = await import('node:url');
const reporter = createReporter();
try {
  await prepare(reporter);
} catch (error) {
  reporter.line(error.message);
  process.exit(1);
}
const { main } = await import(pathToFileURL(`${ROOT}/dist/cli/start/main.js`).href);
process.exit(await main(process.env, reporter));
