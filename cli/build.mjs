#!/usr/bin/env node
// `npm run build`: installs and builds what is stale. With `generate`: only the generated sources.
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { completeLock } from './setup/complete-lock.mjs';
import { installPackages } from './setup/install.mjs';
import { requireNode } from './setup/node-version.mjs';
import { prepare, ROOT } from './setup/prepare.mjs';
import { createReporter } from './setup/reporter.mjs';

requireNode();
const reporter = createReporter();
try {
  if (process.argv[2] === 'generate') {
    await installPackages(ROOT, { development: true }, reporter);
    await build(ROOT, reporter, ['database client', 'code']);
    const compiled = `${ROOT}/dist/config/write-example.js`;
    const { writeExample } = await import(pathToFileURL(compiled).href);
    await writeExample();
    completeLock(`${ROOT}/package-lock.json`);
  } else {
    await prepare(reporter);
  }
} catch (error) {
  reporter.line(error.message);
  process.exit(1);
}
