// `npm run save-histories [-- VERSION]`: plays every job of played-jobs.ts on a real Temporal server
// and saves its history. Histories that are there already are kept: after a change within one
// version, give it a VERSION of its own.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { projectRoot } from '../../config/root.ts';
import { World } from '../../workflows/runner-job.world.ts';
import { startTemporal, writeBundle } from '../setup/services.ts';
import { historyName, isSaved, saveHistory } from './histories.ts';
import { PLAYED_JOBS } from './played-jobs.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const folder = await mkdtemp(join(tmpdir(), 'runyard-histories-'));
const [temporal, bundle, version] = await Promise.all([
  startTemporal(folder),
  writeBundle(folder),
  process.argv[2] ?? packageVersion(),
]);
try {
  for (const [job, { prepare, play }] of Object.entries(PLAYED_JOBS)) {
    const name = historyName(job, version);
    if (isSaved(name)) {
      console.log(`${name} is kept as it was saved before`);
      continue;
    }
    const world = await World.start(temporal.address, bundle, prepare);
    try {
      await play(world);
      await world.handle.result();
      await saveHistory(name, world.handle);
      console.log(`${name} is saved`);
    } finally {
      await world.stop();
    }
  }
} finally {
  await temporal.stop();
  await rm(folder, { recursive: true, force: true });
}

async function packageVersion(): Promise<string> {
  const { version: current } = JSON.parse(
    await readFile(join(projectRoot(), 'package.json'), 'utf8'),
  ) as { version: string };
  return current;
}
