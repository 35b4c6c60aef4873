import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { GITHUB_REFUSED, RATE_LIMITED } from './contracts/control-activities.ts';
import { HOST_FAILED, IMAGE_MISSING } from './contracts/host-activities.ts';
import { cancelJob, jobProgressed, jobStatus, runnerTaken } from './contracts/runner-job.ts';
import { JIT_CONFIG, World } from './runner-job.world.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const worlds: World[] = [];
async function start(prepare?: (world: World) => void): Promise<World> {
  const world = await World.start(inject('temporalAddress'), inject('workflowBundlePath'), prepare);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
});

const running = (runnerName: string) =>
  ({ status: 'in_progress', conclusion: null, runnerName, recorded: null }) as const;
const done = (runnerName: string | null, conclusion = 'success') =>
  ({ status: 'completed', conclusion, runnerName, recorded: null }) as const;

async function serve(world: World, index = 0) {
  const container = await world.until(() => world.containers[index]);
  await world.handle.signal(jobProgressed, running(container.runnerName));
  return container;
}

describe('a job', () => {
  it('is served by one runner, in at most 30 events that hold no secret', async () => {
    const world = await start();
    const container = await serve(world);
    expect((await world.handle.query(jobStatus)).status).toBe('running');
    await world.handle.signal(jobProgressed, done(container.runnerName));
    await world.until(() => world.ends.length > 0);
    container.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(world.ends).toEqual([
      { id: world.input.id, status: 'completed', detail: 'GitHub says: success', errorCode: null },
    ]);
    expect(world.calls.filter((call) => call.startsWith('deregister'))).toEqual([]);
    const history = await world.handle.fetchHistory();
    expect(history.events?.length).toBeLessThanOrEqual(30);
    const bytes = Buffer.from(
      JSON.stringify(history, (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      ),
    );
    expect(bytes.length).toBeLessThanOrEqual(30_000);
    expect(bytes.includes(JIT_CONFIG)).toBe(false);
    const { searchAttributes } = await world.handle.describe();
    expect(searchAttributes).toMatchObject({ Outcome: ['success'] });
  });

  it('is launched again at once when its runner serves another job', async () => {
    const world = await start();
    const first = await world.until(() => world.containers[0]);
    await world.handle.signal(runnerTaken, {
      runnerName: first.runnerName,
      githubJobId: 99,
      owed: false,
    });
    const second = await serve(world, 1);
    expect(second.runnerName).not.toBe(first.runnerName);
    await world.handle.signal(jobProgressed, done(second.runnerName));
    await world.until(() => world.ends.length > 0);
    second.end({});
    // the workflow stays with its first runner until that is gone
    expect((await world.handle.describe()).status.name).toBe('RUNNING');
    first.end({});
    await world.handle.result();
    expect(world.calls.some((call) => call.startsWith('remove'))).toBe(false);
  });

  it('waits for the launch that it is owed, and launches itself when that does not come', async () => {
    const world = await start((one) => {
      one.pool.timeouts.pickup = 700;
    });
    const first = await world.until(() => world.containers[0]);
    const taken = { runnerName: first.runnerName, githubJobId: 99, owed: true };
    await world.handle.signal(runnerTaken, taken);
    await world.handle.query(jobStatus);
    expect(world.containers).toHaveLength(1);
    const second = await serve(world, 1);
    await world.handle.signal(jobProgressed, done(second.runnerName));
    second.end({});
    first.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 2 });
  });

  it('launches for another job when that one’s runner has served it', async () => {
    const world = await start((one) => {
      one.grantsSlots = false;
      one.pool.timeouts.completionGrace = 60_000;
    });
    const another = `ry-${world.pool.name}-1`;
    await world.handle.signal(jobProgressed, running(another));
    await world.handle.signal(jobProgressed, done(another));
    await world.until(() => world.ends.length > 0);
    await world.grantSlots();
    const container = await world.until(() => world.containers[0]);
    await world.handle.signal(runnerTaken, {
      runnerName: container.runnerName,
      githubJobId: 99,
      owed: false,
    });
    container.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 1 });
    expect(container.removed).toBe(false);
  });

  it('gives its waiting runner back when another runner takes the job', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    await world.handle.signal(jobProgressed, running('somebody-else'));
    await world.until(() => container.removed);
    await world.handle.signal(jobProgressed, done('somebody-else'));
    expect(await world.handle.result()).toMatchObject({ status: 'completed' });
    expect(world.calls.indexOf(`inspect ${container.runnerName}`)).toBeLessThan(
      world.calls.indexOf(`deregister ${container.runnerName}`),
    );
  });

  it('never removes a runner that is at work, whatever GitHub says', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    world.busy.add(container.runnerName);
    await world.handle.signal(jobProgressed, done('somebody-else'));
    await world.until(() => world.calls.includes(`inspect ${container.runnerName}`));
    container.end({});
    await world.handle.result();
    expect(container.removed).toBe(false);
    expect(world.calls).not.toContain(`deregister ${container.runnerName}`);
  });

  it('leaves a runner that has ended to those who keep its output', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    world.ended.add(container.runnerName);
    await world.handle.signal(jobProgressed, done('somebody-else'));
    await world.until(() => world.calls.includes(`remove ${container.runnerName}`));
    container.end({});
    await world.handle.result();
    expect(container.removed).toBe(false);
  });

  it('gives up its place in the queue when another runner takes the job', async () => {
    const world = await start((one) => {
      one.grantsSlots = false;
    });
    await world.handle.signal(jobProgressed, running('somebody-else'));
    await world.handle.signal(jobProgressed, done('somebody-else', 'failure'));
    expect(await world.handle.result()).toMatchObject({ status: 'completed' });
    expect(world.containers).toEqual([]);
  });

  it('records no end that was recorded when GitHub told it', async () => {
    const world = await start();
    const container = await serve(world);
    const recorded = { status: 'completed', detail: 'Ran on it' } as const;
    await world.handle.signal(jobProgressed, { ...done(container.runnerName), recorded });
    container.end({});
    expect(await world.handle.result()).toMatchObject(recorded);
    expect(world.ends).toEqual([]);
  });

  it('learns from the records, at its container’s end, what no signal has told', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    world.record = {
      word: done(container.runnerName, 'failure'),
      job: { status: 'completed', detail: 'Ran on it' },
      served: { githubJobId: world.input.githubJobId, owed: false },
    };
    container.end({});
    expect(await world.handle.result()).toMatchObject({
      ...{ status: 'completed', detail: 'Ran on it', attempts: 1 },
    });
    expect(world.ends).toEqual([]);
    expect(world.calls).not.toContain('ask');
    const { events } = await world.handle.fetchHistory();
    expect(events?.length).toBeLessThanOrEqual(21);
  });

  it.each([
    ['at once', false],
    ['not while a launch is owed to it', true],
  ])('launches again, when the records tell of another job on its runner: %s', async (_, owed) => {
    const world = await start((one) => {
      one.pool.timeouts.pickup = 700;
    });
    const container = await world.until(() => world.containers[0]);
    world.record = { ...world.record, served: { githubJobId: 99, owed } };
    container.end({});
    await world.until(() => world.calls.includes(`read ${container.runnerName}`));
    if (owed) {
      await world.handle.query(jobStatus);
      expect(world.containers).toHaveLength(1);
    }
    const second = await serve(world, 1);
    await world.handle.signal(jobProgressed, done(second.runnerName));
    second.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 2 });
    expect(world.calls).not.toContain('ask');
  });

  it('asks GitHub when the word of its end is lost', async () => {
    const world = await start();
    const container = await serve(world);
    world.word = done(container.runnerName, 'failure');
    container.end({});
    expect(await world.handle.result()).toMatchObject({
      status: 'completed',
      detail: 'GitHub says: failure',
    });
  });

  it('asks GitHub when every word is lost', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    world.word = done(container.runnerName);
    container.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('is lost when its runner is gone and GitHub never tells of an end', async () => {
    const world = await start((one) => {
      one.pool.timeouts.reconcile = 20;
      one.pool.timeouts.completionGrace = 20;
    });
    const container = await serve(world);
    world.word = running(container.runnerName);
    container.end({ result: 'absent' });
    await world.handle.result();
    expect(world.ends).toMatchObject([{ status: 'lost', errorCode: 'runner_lost' }]);
  });

  it('is launched again when its runner dies unused, and fails when that goes on', async () => {
    const world = await start();
    for (let index = 0; index < 3; index += 1) {
      const container = await world.until(() => world.containers[index]);
      container.end({ exitCode: 1 });
    }
    const container = await serve(world, 3);
    await world.handle.signal(jobProgressed, done(container.runnerName));
    container.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 4 });
    expect(world.calls.filter((call) => call.startsWith('deregister'))).toHaveLength(3);
  });

  it('lets a runner go that is given no job in time, and launches another', async () => {
    const world = await start();
    const first = await world.until(() => world.containers[0]);
    first.end({ result: 'idle', removedAt: null });
    await world.until(() => first.removed);
    const second = await serve(world, 1);
    await world.handle.signal(jobProgressed, done(second.runnerName));
    second.end({});
    expect(await world.handle.result()).toMatchObject({ status: 'completed', attempts: 2 });
  });

  it('fails with the time-out of its pool when the container ran too long', async () => {
    const world = await start();
    const container = await serve(world);
    container.end({ result: 'run_timeout' });
    await world.handle.result();
    expect(world.ends).toMatchObject([{ status: 'failed', errorCode: 'run_timeout' }]);
  });
});

describe('a launch that fails', () => {
  const completes = async (world: World) => {
    const container = await serve(world);
    await world.handle.signal(jobProgressed, done(container.runnerName));
    container.end({});
    return world.handle.result();
  };

  it.each([
    [GITHUB_REFUSED, 'github_refused'],
    [IMAGE_MISSING, 'image_missing'],
  ])('for good (%s) ends the job with what to mend', async (type, errorCode) => {
    const world = await start((one) => {
      const failure = ApplicationFailure.nonRetryable('Do this to mend it', type);
      (type === GITHUB_REFUSED ? one.mintFailures : one.containerFailures).push(failure);
    });
    await world.handle.result();
    expect(world.ends).toMatchObject([
      { status: 'failed', errorCode, detail: 'Do this to mend it' },
    ]);
    expect(world.calls.some((call) => call.startsWith('remove'))).toBe(true);
  });

  it('by a rate limit gives the slot back and waits until the time that GitHub names', async () => {
    const until = Date.now() + 1_500;
    const world = await start((one) => {
      const detail = new Date(until).toISOString();
      one.mintFailures.push(ApplicationFailure.nonRetryable('limit', RATE_LIMITED, detail));
    });
    await world.until(() => world.calls.includes('describe limit'));
    expect(world.calls.some((call) => call.startsWith('remove'))).toBe(true);
    await completes(world);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });

  it('on one host is tried again', async () => {
    const world = await start((one) => {
      one.containerFailures.push(ApplicationFailure.nonRetryable('Docker is broken', HOST_FAILED));
    });
    expect(await completes(world)).toMatchObject({ status: 'completed', attempts: 2 });
  });

  it('with GitHub’s 500 is retried without a second runner', async () => {
    const world = await start((one) => {
      one.mintFailures.push(ApplicationFailure.retryable('500', 'GithubUnavailable'));
    });
    expect(await completes(world)).toMatchObject({ status: 'completed', attempts: 1 });
  });
});

describe('a cancelled job', () => {
  const request = { by: 'somebody', reason: 'a mistake', scope: 'run' } as const;

  it('leaves the queue', async () => {
    const world = await start((one) => {
      one.grantsSlots = false;
    });
    await world.handle.signal(cancelJob, request);
    await world.handle.result();
    expect(world.ends).toMatchObject([
      { status: 'cancelled', detail: 'Cancelled by somebody: a mistake' },
    ]);
    expect(world.calls).toContain('cancel run');
  });

  it('takes its runner with it', async () => {
    const world = await start();
    const container = await serve(world);
    await world.handle.signal(cancelJob, { ...request, scope: 'runner' });
    await world.handle.result();
    expect(container.removed).toBe(true);
    expect(world.calls).not.toContain('cancel run');
  });

  it('by Temporal is cleaned up the same way', async () => {
    const world = await start();
    const container = await world.until(() => world.containers[0]);
    await world.handle.cancel();
    const failure = await world.handle.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(container.removed).toBe(true);
    expect(world.ends).toMatchObject([{ status: 'cancelled' }]);
  });
});
