// `npm run save-histories [-- VERSION]`: plays every job and registration of played-*.ts on a real
// Temporal server and saves its history. Histories that are there already are kept: after a change within one
// version, give it a VERSION of its own.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { projectRoot } from '../../config/root.ts';
import { World } from '../../workflows/runner-job.world.ts';
import { RegistrationWorld } from '../../workflows/runner-registration.world.ts';
import { startTemporal, writeBundle } from '../setup/services.ts';
import { historyName, isSaved, saveHistory } from './histories.ts';
import { PLAYED_JOBS } from './played-jobs.ts';
import { PLAYED_REGISTRATIONS } from './played-registrations.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const folder = await mkdtemp(join(tmpdir(), 'runyard-histories-'));
const [temporal, bundle, version] = await Promise.all([
  startTemporal(folder),
  writeBundle(folder),
  process.argv[2] ?? packageVersion(),
]);
try {
  for (const [job, { prepare, play }] of Object.entries(PLAYED_JOBS)) {
    await save(historyName('runner-job', job, version), async () => {
      const world = await World.start(temporal.address, bundle, prepare);
      return { world, play: () => play(world) };
    });
  }
  for (const [registration, { prepare, play }] of Object.entries(PLAYED_REGISTRATIONS)) {
    await save(historyName('runner-registration', registration, version), async () => {
      const world = await RegistrationWorld.start(temporal.address, bundle, prepare);
      return { world, play: () => play(world) };
    });
  }
} finally {
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Plays a workflow to its end and keeps its history, unless one of that name is there. */
async function save(
  name: string,
  start: () => Promise<{
    world: { handle: WorkflowHandle; stop(): Promise<void> };
    play(): Promise<WorkflowHandle | void>;
  }>,
): Promise<void> {
  if (isSaved(name)) {
    console.log(`${name} is kept as it was saved before`);
    return;
  }
  const { world, play } = await start();
  try {
    const run = (await play()) ?? world.handle;
    // one that was cancelled fails, and that's what it is kept for
    await world.handle.result().catch(() => {});
    await saveHistory(name, run);
    console.log(`${name} is saved`);
  } finally {
    await world.stop();
  }
}

async function packageVersion(): Promise<string> {
  const { version: current } = JSON.parse(
    await readFile(join(projectRoot(), 'package.json'), 'utf8'),
  ) as { version: string };
  return current;
}
