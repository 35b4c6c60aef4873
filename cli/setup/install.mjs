import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './program.mjs';

/**
 * Installs what `package-lock.json` names and `node_modules` doesn't have. Does nothing when all is
 * there, whoever installed it.
 *
 * @param {string} root
 * @param {{ development: boolean }} options - whether the tools that build and test are needed too
 */
export async function installPackages(root, { development }, reporter) {
  if (missingPackages(root, development).length === 0) return;
  // `npm start` says which npm it was run by; outside of npm the one on the PATH must do.
  const npm = process.env['npm_execpath'];
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const run = (...args) =>
    runProgram(
      program,
      [...first, ...args, '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
      { cwd: root },
    );
  await reporter.step('Installing packages (npm ci)', async () => {
    try {
      await run('ci');
    } catch (error) {
      // The same versions; it only isn't as strict about a lock file that lacks other platforms' packages.
      if (!error.message.includes('npm install')) throw error;
      await run('install', '--no-save');
    }
  });
}

/** Names of packages that are not installed, or not in the version of the lock file. */
export function missingPackages(root, development) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  // npm writes down here what it has installed
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted)
    .filter(([path]) => path !== '')
    .filter(([, entry]) => !entry.optional && !entry.link)
    .filter(([, entry]) => development || !(entry.dev || entry.devOptional))
    .filter(([path, entry]) => installed[path]?.version !== entry.version)
    .map(([path]) => path);
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}
