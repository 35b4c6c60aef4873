import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { choosePort } from '../../cli/start/ports.ts';
import { endChild } from '../../cli/start/launched.ts';
import {
  ensureDatabase,
  launchPostgres,
  postgresUrl,
  preparePostgres,
} from '../../cli/start/postgres.ts';
import { launchTemporal } from '../../cli/start/temporal.ts';
import { findTemporal } from '../../cli/start/temporal-binary.ts';
import { migrate } from '../../prisma/migrate.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's address of the run's PostgreSQL; its database is the migrated template: don't use it itself. */
    databaseUrl: string;
    /** `host:port` */
    temporalAddress: string;
    /** The workflows' code, bundled once for the run. */
    workflowBundlePath: string;
  }
}

/** Starts one PostgreSQL and one Temporal for the whole run, in a folder that is thrown away after it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'runyard-test-'));
  await chmod(folder, 0o755);
  const keeper = startKeeper(folder);
  const [postgres, temporal, bundle] = await Promise.all([
    startPostgres(folder, keeper.keep),
    startTemporal(folder, keeper.keep),
    writeBundle(folder),
  ]);
  project.provide('databaseUrl', postgres.url);
  project.provide('temporalAddress', temporal.address);
  project.provide('workflowBundlePath', bundle);
  return async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
    await keeper.end();
  };
}

/** Sees to it that nothing of the run is left, even when the run is killed. */
function startKeeper(folder: string) {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.mjs'), folder], {
    // not in the run's process group: it must outlive whatever ends the run
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return {
    keep: (child: ChildProcess) => void keeper.stdin.write(`${child.pid}\n`),
    end: async () => {
      const ended = once(keeper, 'exit');
      keeper.stdin.end('done\n');
      await ended;
    },
  };
}

async function startPostgres(folder: string, keep: (child: ChildProcess) => void) {
  const password = randomBytes(16).toString('base64url');
  const cluster = await preparePostgres(folder, password);
  const port = await choosePort({ port: 0 });
  const { child, ready } = await launchPostgres(cluster, {
    port,
    durable: false,
    maxConnections: 300,
  });
  keep(child);
  await ready;
  const url = postgresUrl(port, password);
  await ensureDatabase(url);
  await migrate(url);
  return { url, stop: () => endChild(child, 'SIGINT', 10_000) };
}

/** Starts a Temporal server that keeps its data in a folder. */
export async function startTemporal(
  folder: string,
  keep: (child: ChildProcess) => void = () => {},
) {
  const binary = await findTemporal(process.env, (message) => console.log(message));
  const port = await choosePort({ port: 0 });
  const { child, ready } = launchTemporal({
    binary,
    port,
    databaseFile: join(folder, 'temporal.db'),
    namespace: 'default',
    uiPort: null,
  });
  keep(child);
  await ready;
  return { address: `127.0.0.1:${port}`, stop: () => endChild(child, 'SIGTERM', 10_000) };
}

/** Bundles the workflows' code into a file of a folder. @returns its path */
export async function writeBundle(folder: string): Promise<string> {
  const file = join(folder, 'workflow-bundle.js');
  await writeFile(file, await bundleWorkflows());
  return file;
}
