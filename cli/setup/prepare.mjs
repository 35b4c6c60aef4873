import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isStale } from './build.mjs';
import { installPackages } from './install.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Brings a checkout into a state that can run: packages installed, everything built. Takes a few
 * milliseconds when nothing has changed.
 *
 * @param {{ development?: boolean }} [options] - also what only tests and checks need
 */
export async function prepare(reporter, { development = false } = {}) {
  await installPackages(ROOT, { development: development || isStale(ROOT) }, reporter);
  await build(ROOT, reporter);
}
