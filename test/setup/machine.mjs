import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runProgram } from '../../cli/setup/program.mjs';
import { ROOT } from '../../cli/setup/prepare.mjs';

/** What the dashboard's tests need, by the names that it goes by. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Brings a machine to what the tests need: a Docker engine, the Temporal server, a browser. */
export async function prepareServices(reporter, kinds) {
  const load = (file) => import(pathToFileURL(join(ROOT, 'dist', 'cli', 'start', file)).href);
  const { ensureDocker } = await load('docker.js');
  const { findTemporal } = await load('temporal-binary.js');
  const socket = process.env['DOCKER_SOCKET'] ?? '/var/run/docker.sock';
  await reporter.step('Looking for Docker', (progress) => ensureDocker(socket, progress));
  await reporter.step('Looking for the Temporal server', (progress) =>
    findTemporal(process.env, progress),
  );
  if (kinds.includes('e2e')) await installBrowser(reporter);
}

/** On Debian as root it's installed; elsewhere the tests that need it say that it's missing. */
async function installBrowser(reporter) {
  if (BROWSERS.some(isOnPath) || !isOnPath('apt-get') || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { cwd: ROOT, env };
  await reporter.step('Installing Chromium (apt-get install chromium)', async () => {
    await runProgram('apt-get', ['-o', 'DPkg::Lock::Timeout=120', 'update', '-qq'], options);
    await runProgram(
      'apt-get',
      [
        ...['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '-qq'],
        ...['--no-install-recommends', 'chromium'],
      ],
      options,
    );
  });
}

function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
