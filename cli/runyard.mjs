#!/usr/bin/env node
// The `runyard` command. Plain JavaScript: where nothing is built yet, it builds first.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { requireNode } from './setup/node-version.mjs';

requireNode();
const args = process.argv.slice(2);
if (args[0] === 'start' && !args.includes('--help') && !args.includes('-h')) {
  await import('./start.mjs');
} else {
  const { prepare, ROOT } = await import('./setup/prepare.mjs');
  const compiled = `${ROOT}/dist/cli/runyard.js`;
  if (!existsSync(compiled)) {
    const { createReporter } = await import('./setup/reporter.mjs');
    await prepare(createReporter((text) => process.stderr.write(`${text}\n`)));
  }
  const { runyard } = await import(pathToFileURL(compiled).href);
  process.exitCode = await runyard(args, process.env, {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
  });
}
