import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { createDataConverter } from '../../worker/codec/data-converter.ts';
import { KEYS } from '../../workflows/runner-job.world.ts';
import { readHistories, type SavedHistory } from './histories.ts';
import { PLAYED_JOBS } from './played-jobs.ts';
import { PLAYED_REGISTRATIONS } from './played-registrations.ts';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  // the refusal that is looked for would be warned of
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

const saved = await readHistories();
const normal = saved.find(({ name }) => name.startsWith('runner-job-normal-'));

/** Replays a history with today's code; answers what is wrong with that, if anything. */
async function replay({ name, history }: SavedHistory): Promise<Error | null> {
  const options = {
    workflowBundle: { codePath: inject('workflowBundlePath') },
    dataConverter: createDataConverter(KEYS),
  };
  const results = Worker.runReplayHistories(options, [{ workflowId: name, history }]);
  for await (const { error } of results) return error ?? null;
  throw new Error('The history was not replayed');
}

it.each([
  ...Object.keys(PLAYED_JOBS).map((job) => `runner-job-${job}`),
  ...Object.keys(PLAYED_REGISTRATIONS).map((one) => `runner-registration-${one}`),
])('a history is saved: %s', (played) => {
  expect(saved.map(({ name }) => name)).toContainEqual(
    expect.stringMatching(new RegExp(`^${played}-\\d`)),
  );
});

it.each(saved)('$name replays', async (history) => {
  expect(await replay(history)).toBeNull();
});

it('a history that asked for another activity is refused', async () => {
  const changed = structuredClone(normal);
  const scheduled = changed?.history.events.find((event) =>
    event.eventType.endsWith('ACTIVITY_TASK_SCHEDULED'),
  )?.activityTaskScheduledEventAttributes;
  if (!changed || !scheduled) throw new Error('No activity is scheduled in the normal history');
  scheduled.activityType.name = 'doSomethingElse';
  expect(await replay(changed)).toMatchObject({ name: 'DeterminismViolationError' });
});
