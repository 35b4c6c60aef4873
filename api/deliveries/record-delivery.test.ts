import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const jobOf = (id: number) =>
  world.records.job.findUniqueOrThrow({ where: { id: `1296269-${id}` } });

/** A runner of ours, launched for a job. */
async function launchRunner(name: string, jobId: number, host = 'host-1') {
  await world.records.runner.create({
    data: {
      name,
      jobId: `1296269-${jobId}`,
      repositoryId: 1296269n,
      repository: 'octo/app',
      pool: 'default',
      hostId: host,
      containerId: `container-of-${name}`,
    },
  });
}

describe('the order of arrival', () => {
  it('makes no difference to what is known in the end', async () => {
    const words = ['queued', 'in_progress', 'completed'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...words], { minLength: 3 }),
        fc.array(fc.constantFrom(...words), { maxLength: 3 }),
        async (order, again) => {
          const id = randomId();
          for (const action of [...order, ...again]) {
            const response = await world.handled(workflowJob(action, { id, runnerName: 'r' }));
            expect(response.status).toBe(202);
          }
          expect(await jobOf(id)).toMatchObject({
            githubStatus: 'completed',
            conclusion: 'success',
            status: 'completed',
            runnerName: 'r',
            queuedAt: new Date('2026-11-21T06:00:00Z'),
            pickedUpAt: new Date('2026-11-21T06:00:10Z'),
            completedAt: new Date('2026-11-21T06:01:10Z'),
          });
          const started = order[0] === 'queued';
          expect(await world.isStarted(workflowIdOf(id))).toBe(started);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('never moves a job back', async () => {
    const id = randomId();
    await world.webhook(workflowJob('completed', { id, conclusion: 'failure' }));
    await world.webhook(workflowJob('in_progress', { id, runnerName: 'late' }));
    await world.webhook(workflowJob('completed', { id, conclusion: 'success' }));
    expect(await jobOf(id)).toMatchObject({ githubStatus: 'completed', conclusion: 'failure' });
  });

  it('is the same for all words at once', async () => {
    const id = randomId();
    const answers = await Promise.all(
      ['queued', 'in_progress', 'completed', 'queued', 'completed'].map((action) =>
        world.webhook(workflowJob(action, { id })),
      ),
    );
    for (const answer of answers) expect(answer.status).toBe(202);
    expect(await jobOf(id)).toMatchObject({ githubStatus: 'completed', conclusion: 'success' });
  });
});

describe('the status', () => {
  it('is running once GitHub says so', async () => {
    const id = randomId();
    await world.webhook(workflowJob('queued', { id }));
    expect((await jobOf(id)).status).toBe('queued');
    await world.webhook(workflowJob('in_progress', { id, runnerName: 'r' }));
    expect(await jobOf(id)).toMatchObject({ status: 'running', detail: 'Runs on r' });
  });

  it('of a job that used up its time is left to its workflow', async () => {
    const id = randomId();
    await world.webhook(workflowJob('queued', { id }));
    await world.records.job.update({
      where: { id: `1296269-${id}` },
      data: { admittedAt: new Date(), status: 'running', errorCode: 'run_timeout' },
    });
    await world.webhook(workflowJob('completed', { id, conclusion: 'cancelled' }));
    expect(await jobOf(id)).toMatchObject({ status: 'running', githubStatus: 'completed' });
  });

  it('is cancelled where the conclusion is, and no runner took it', async () => {
    const id = randomId();
    await world.webhook(workflowJob('queued', { id }));
    const cancelled = workflowJob('completed', { id, conclusion: 'cancelled', runnerName: null });
    await world.webhook(cancelled);
    expect(await jobOf(id)).toMatchObject({
      status: 'cancelled',
      pickedUpAt: null,
      runnerName: null,
      detail: 'Ended before a runner took it',
    });
  });

  it.each([
    ['lost', 'r', 'completed'],
    ['lost', null, 'completed'],
    ['failed', 'r', 'completed'],
    ['failed', null, 'failed'],
    ['ignored', 'r', 'ignored'],
  ])('that was %s becomes, by a result of the runner %s, %s', async (was, runnerName, becomes) => {
    const id = randomId();
    await world.webhook(workflowJob('queued', { id }));
    await world.records.job.update({
      where: { id: `1296269-${id}` },
      data: { status: was, errorCode: 'code', admittedAt: new Date() },
    });
    await world.webhook(workflowJob('completed', { id, runnerName }));
    const errorCode = becomes === was ? 'code' : null;
    expect(await jobOf(id)).toMatchObject({ status: becomes, errorCode });
  });
});

describe("a job that is given to another job's runner", () => {
  it('is recorded with that runner, and the workflow that launched it is told', async () => {
    const [one, other] = [randomId(), randomId()];
    const name = `ry-default-${randomUUID().slice(0, 8)}`;
    await world.handled(workflowJob('queued', { id: one }));
    await world.handled(workflowJob('queued', { id: other }));
    await launchRunner(name, one, 'host-7');

    const guid = randomUUID();
    await world.handled(workflowJob('in_progress', { id: other, runnerName: name }), { guid });
    await world.settled(guid);
    expect(await jobOf(other)).toMatchObject({
      runnerName: name,
      hostId: 'host-7',
      containerId: `container-of-${name}`,
    });
    expect((await world.records.runner.findUniqueOrThrow({ where: { name } })).servedJobId).toBe(
      BigInt(other),
    );
    expect(await world.signals(workflowIdOf(one))).toEqual([
      { name: 'runnerTaken', input: { runnerName: name, githubJobId: other, owed: false } },
    ]);
    expect(await world.signals(workflowIdOf(other))).toEqual([
      {
        name: 'jobProgressed',
        input: { status: 'in_progress', conclusion: null, runnerName: name, recorded: null },
      },
    ]);
  });

  it('is recorded even if no pool serves its labels, for the runner is ours', async () => {
    const id = randomId();
    const name = `ry-default-${randomUUID().slice(0, 8)}`;
    await launchRunner(name, randomId());
    const body = workflowJob('in_progress', { id, labels: ['windows'], runnerName: name });
    expect((await world.handled(body)).status).toBe(202);
    expect(await jobOf(id)).toMatchObject({ status: 'running', runnerName: name, pool: 'default' });
  });

  it('is not told to the workflow that launched it when it ends at once', async () => {
    const [one, other] = [randomId(), randomId()];
    const name = `ry-default-${randomUUID().slice(0, 8)}`;
    await world.handled(workflowJob('queued', { id: one }));
    await world.handled(workflowJob('queued', { id: other }));
    await launchRunner(name, one);
    await world.records.job.update({
      where: { id: `1296269-${other}` },
      data: { admittedAt: new Date(), pool: 'default' },
    });
    const [begun, ended] = [randomUUID(), randomUUID()];
    const served = { id: other, runnerName: name };
    await world.webhook(workflowJob('in_progress', served), { guid: begun });
    await world.webhook(workflowJob('completed', served), { guid: ended });
    await Promise.all([world.settled(begun), world.settled(ended)]);
    expect(await world.signals(workflowIdOf(other))).toEqual([
      {
        name: 'jobProgressed',
        input: {
          ...{ status: 'completed', conclusion: 'success', runnerName: name },
          recorded: { status: 'completed', detail: `Ran on ${name}` },
        },
      },
    ]);
    expect(await world.signals(workflowIdOf(one))).toEqual([]);
    expect(await jobOf(other)).toMatchObject({ status: 'completed', detail: `Ran on ${name}` });
  });

  it('is not told to itself', async () => {
    const id = randomId();
    const name = `ry-default-${randomUUID().slice(0, 8)}`;
    await world.handled(workflowJob('queued', { id }));
    await launchRunner(name, id);
    await world.handled(workflowJob('in_progress', { id, runnerName: name }));
    const names = (await world.signals(workflowIdOf(id))).map((signal) => signal.name);
    expect(names).toEqual(['jobProgressed']);
  });
});

it('gives a job of a replay a pool, if there is one by now', async () => {
  const id = randomId();
  const guid = randomUUID();
  await world.webhook(workflowJob('queued', { id, labels: ['gpu'] }), { guid });
  expect((await jobOf(id)).status).toBe('ignored');
  const later = await ApiWorld.start({
    POOL_LABELS: 'self-hosted,gpu',
    DATABASE_URL: world.testDatabase.url,
  });
  try {
    const { id: inboxId } = await world.delivery(guid);
    const response = await later.post(`/api/webhooks/deliveries/${inboxId}/replay`);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      status: 'accepted',
      delivery: {
        status: expect.stringMatching(/received|handled/),
        workflow_id: workflowIdOf(id),
      },
    });
    expect(await jobOf(id)).toMatchObject({ status: 'queued', settledAt: null });
    await world.settled(guid);
    expect(await world.isStarted(workflowIdOf(id))).toBe(true);
  } finally {
    await later.stop();
  }
});
