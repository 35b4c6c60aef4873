import { type WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { GITHUB_REFUSED, RATE_LIMITED } from './contracts/control-activities.ts';
import {
  GITHUB_UNAVAILABLE,
  NAME_TAKEN_AT_GITHUB,
  registrationSeen,
  registrationStatus,
} from './contracts/registration.ts';
import { CREDENTIAL, RegistrationWorld } from './runner-registration.world.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const worlds: RegistrationWorld[] = [];
async function start(prepare?: (world: RegistrationWorld) => void): Promise<RegistrationWorld> {
  const [address, bundle] = [inject('temporalAddress'), inject('workflowBundlePath')];
  const world = await RegistrationWorld.start(address, bundle, prepare);
  worlds.push(world);
  return world;
}
async function provisioned(prepare?: (world: RegistrationWorld) => void) {
  const world = await start(prepare);
  await world.provisioned;
  return world;
}
const withToken = (world: RegistrationWorld) => {
  world.input.mode = 'registration_token';
  world.input.ephemeral = false;
};
const persistent = (world: RegistrationWorld) => {
  world.input.ephemeral = false;
};
const count = (world: RegistrationWorld, call: string) =>
  world.calls.filter((made) => made === call).length;
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
});

describe('provisioning', () => {
  it('answers the credential, again to a call that comes again, and keeps it from the history', async () => {
    const world = await start();
    const expected = { mode: 'jit', jitConfig: CREDENTIAL, expiresAt: world.input.expiresAt };
    expect((await world.provisioned).reveal()).toEqual(expected);
    expect((await world.provision()).reveal()).toEqual(expected);
    expect(count(world, 'registerAtGithub')).toBe(1);
    expect(world.changes).toMatchObject([
      { status: 'pending', githubRunnerId: 101, installationId: 7 },
    ]);
    const history = historyToJSON(await world.handle.fetchHistory()).replaceAll(
      /"data": "([^"]*)"/g,
      (_, data: string) => Buffer.from(data, 'base64').toString('latin1'),
    );
    // an assertion that fails would show all of it
    expect(history.includes(world.input.name)).toBe(true);
    expect(history.includes(CREDENTIAL)).toBe(false);
    const { searchAttributes } = await world.handle.describe();
    expect(searchAttributes).toMatchObject({ RunnerName: [world.input.name], Team: ['blue'] });
  });

  it.each([
    ['the name is taken', 'prepareRegistration', NAME_TAKEN_AT_GITHUB, NAME_TAKEN_AT_GITHUB],
    ['GitHub refuses', 'registerAtGithub', GITHUB_REFUSED, GITHUB_REFUSED],
    ['the rate limit is used up', 'registerAtGithub', RATE_LIMITED, RATE_LIMITED],
    ['something else fails', 'registerAtGithub', 'Unexpected', GITHUB_UNAVAILABLE],
  ] as const)('closes the record and says why when %s', async (_, activity, type, told) => {
    const failure = ApplicationFailure.nonRetryable('the reason', type);
    const world = await start((one) => one.failures.set(activity, [failure]));
    const error = await world.provisioned.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((error as WorkflowUpdateFailedError).cause).toMatchObject({ type: told });
    expect(await world.handle.result()).toMatchObject({ status: 'deleted' });
    expect(world.changes).toMatchObject([{ status: 'deleted', end: 'refused' }]);
    // what was asked for and not answered may have been carried out
    expect(count(world, 'discardLeftOver')).toBe(activity === 'registerAtGithub' ? 1 : 0);
  });

  it('asks again when GitHub did not answer, knowing that the name was free', async () => {
    const lost = [ApplicationFailure.retryable('no answer', GITHUB_UNAVAILABLE)];
    const world = await start((one) => one.failures.set('registerAtGithub', lost));
    expect((await world.provisioned).reveal()).toMatchObject({ jitConfig: CREDENTIAL });
    expect(count(world, 'prepareRegistration')).toBe(1);
    expect(count(world, 'registerAtGithub')).toBe(2);
  });

  it('takes back what nobody waits for any more', async () => {
    const world = await start((one) => {
      one.isOpen = false;
    });
    await world.provisioned.catch(() => {});
    await world.handle.result();
    expect(world.runner).toBeNull();
  });
});

describe('a runner', () => {
  it('goes from pending to deleted, as an ephemeral one does', async () => {
    const world = await provisioned();
    world.shows({ online: true });
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
    await world.handle.signal(registrationSeen, { state: 'busy', githubJobId: 5 });
    await world.until(() => world.statuses.includes('busy'));
    expect(await world.handle.query(registrationStatus)).toMatchObject({ detail: 'Runs job 5' });
    world.runner = null;
    await world.handle.signal(registrationSeen, { state: 'idle', githubJobId: 5 });
    expect(await world.handle.result()).toMatchObject({
      status: 'deleted',
      detail: 'It served job 5, and GitHub removed it, as it is ephemeral',
    });
    expect(world.statuses).toEqual(['pending', 'online', 'idle', 'busy', 'deleted']);
    expect(world.changes.at(-1)).toMatchObject({ end: 'removed' });
    expect(count(world, 'removeRunnerAtGithub')).toBe(0);
    const { searchAttributes } = await world.handle.describe();
    expect(searchAttributes).toMatchObject({ Outcome: ['gone'] });
  });

  it('is asked for at the interval of its state, with no reason given', async () => {
    const world = await provisioned((one) => {
      Object.assign(one.input.times.poll, { pending: 50, online: 50 });
    });
    world.shows({ online: true });
    await world.until(() => world.statuses.includes('idle'));
    world.runner = null;
    expect(await world.handle.result()).toMatchObject({ status: 'deleted' });
  });

  it('is taken for busy by a webhook, though GitHub says otherwise for a while', async () => {
    const world = await provisioned(persistent);
    world.shows({ online: true });
    await world.handle.signal(registrationSeen, { state: 'busy', githubJobId: 5 });
    expect(await world.refresh()).toMatchObject({ status: 'busy' });
    expect(await world.delete()).toBe('busy');
    await world.handle.signal(registrationSeen, { state: 'idle', githubJobId: 5 });
    // the one that was overtaken says nothing new
    await world.handle.signal(registrationSeen, { state: 'busy', githubJobId: 5 });
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
    expect(await world.delete()).toBe('removed');
    expect(world.changes.at(-1)).toMatchObject({ status: 'deleted', end: 'asked' });
  });

  it('expires when it does not come online in time', async () => {
    const world = await provisioned((one) => {
      one.input.expiresAt = new Date(Date.now() + 500).toISOString();
    });
    expect(await world.handle.result()).toMatchObject({ status: 'expired' });
    expect(world.runner).toBeNull();
    expect(world.changes.at(-1)).toMatchObject({ status: 'expired', end: 'expired' });
  });

  it('stays when it came online in the last moment', async () => {
    const world = await provisioned((one) => {
      one.input.expiresAt = new Date(Date.now() + 500).toISOString();
      one.isQuick = true;
    });
    await world.until(() => world.statuses.includes('idle'));
    expect(count(world, 'removeRunnerAtGithub')).toBe(0);
  });

  it('is removed when it is offline for too long', async () => {
    const world = await provisioned((one) => {
      persistent(one);
      one.input.times.stale = 400;
    });
    world.shows({ online: true });
    await world.refresh();
    world.shows({ online: false });
    expect(await world.refresh()).toMatchObject({ status: 'offline' });
    expect(await world.handle.result()).toMatchObject({ status: 'deleted' });
    expect(world.runner).toBeNull();
  });

  it('is gone only when two looks in a row miss it', async () => {
    const world = await provisioned((one) => {
      persistent(one);
      one.input.times.confirm = 3_600_000;
    });
    world.shows({ online: true });
    await world.refresh();
    const shown = world.runner;
    world.runner = null;
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
    world.runner = shown;
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
    world.runner = null;
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
    expect(await world.refresh()).toMatchObject({
      status: 'deleted',
      detail: 'It was removed at GitHub',
    });
  });
});

describe('a runner with labels of its own choice', () => {
  it('is taken on when it keeps to what was granted, whatever the case and the system', async () => {
    const world = await provisioned(withToken);
    expect(await world.refresh()).toMatchObject({ status: 'pending' });
    world.shows({ labels: ['self-hosted', 'Linux', 'X64', 'GPU'] });
    expect(await world.refresh()).toMatchObject({ status: 'idle', flagReason: null });
    expect(world.statuses).toEqual(['pending', 'online', 'idle']);
  });

  it('is removed and flagged, and looked at again should it come back', async () => {
    const world = await provisioned(withToken);
    world.shows({ labels: ['self-hosted', 'gpu', 'production'] });
    expect(await world.refresh()).toMatchObject({
      status: 'pending',
      flagReason: expect.stringContaining('production'),
    });
    expect(world.runner).toBeNull();
    expect(world.flags).toMatchObject([{ githubRunnerId: 101, labels: ['production'] }]);
    world.shows({ id: 102, labels: ['self-hosted', 'secrets'] });
    await world.refresh();
    expect(world.runner).toBeNull();
    expect(world.flags).toHaveLength(2);
    world.shows({ id: 103, labels: ['self-hosted', 'gpu'] });
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
  });

  it('loses its labels while it is at work, and goes after that', async () => {
    const world = await provisioned(withToken);
    world.shows({ busy: true, labels: ['self-hosted', 'gpu', 'production'] });
    expect(await world.refresh()).toMatchObject({ status: 'online' });
    expect(world.calls).toContain('replaceLabels gpu');
    expect(world.runner).not.toBeNull();
    world.shows({ busy: false });
    await world.refresh();
    expect(world.runner).toBeNull();
    expect(world.flags).toHaveLength(1);
    expect(count(world, 'replaceLabels gpu')).toBe(1);
  });

  it('is compared at once when a webhook tells of it first', async () => {
    const world = await provisioned(withToken);
    world.shows({ busy: true, labels: ['self-hosted', 'production'] });
    await world.handle.signal(registrationSeen, { state: 'busy', githubJobId: 5 });
    await world.until(() => world.flags.length > 0);
  });

  it.each([
    ['serves more than one job', { ephemeral: false }],
    ['is in another group', { runnerGroupId: 2 }],
  ])('is removed when it %s', async (_, more) => {
    const world = await provisioned((one) => {
      withToken(one);
      one.input.ephemeral = true;
    });
    world.shows(more);
    await world.refresh();
    expect(world.runner).toBeNull();
    expect(world.flags).toHaveLength(1);
  });
});

describe('a removal', () => {
  it('is refused while it runs a job, by GitHub’s word too', async () => {
    const world = await provisioned(persistent);
    world.shows({ online: true });
    await world.refresh();
    world.shows({ busy: true });
    expect(await world.delete()).toBe('busy');
    expect(world.calls.filter((call) => call.startsWith('replaceLabels'))).toEqual([]);
    expect(await world.handle.query(registrationStatus)).toMatchObject({ status: 'busy' });
  });

  it('that is forced waits for GitHub to let go, and lets no further job in', async () => {
    const world = await provisioned((one) => {
      persistent(one);
      one.input.times.poll.busy = 50;
    });
    world.shows({ online: true, busy: true });
    expect(await world.delete(true)).toBe('removing');
    expect(world.calls).toContain('replaceLabels ');
    expect(await world.delete()).toBe('busy');
    world.shows({ busy: false });
    expect(await world.handle.result()).toMatchObject({ status: 'deleted' });
    expect(world.changes.at(-1)).toMatchObject({ end: 'asked' });
  });

  it('says that GitHub can not be reached, and is tried again by whoever wants it', async () => {
    const world = await provisioned();
    const away = () => ApplicationFailure.nonRetryable('GitHub is away', GITHUB_UNAVAILABLE);
    world.failures.set('removeRunnerAtGithub', [away()]);
    await expect(world.delete()).rejects.toMatchObject({ cause: { type: GITHUB_UNAVAILABLE } });
    expect(await world.delete()).toBe('removed');
    expect(world.runner).toBeNull();
  });

  it('cleans up when an operator cancels the workflow', async () => {
    const world = await provisioned();
    world.shows({ online: true });
    await world.refresh();
    await world.handle.cancel();
    const error = await world.handle.result().catch((thrown: unknown) => thrown);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(world.runner).toBeNull();
    expect(world.changes.at(-1)).toMatchObject({ status: 'deleted', end: 'removed' });
  });
});

describe('GitHub away', () => {
  it('is told to whoever asks, and followed again after it', async () => {
    const world = await provisioned(persistent);
    world.shows({ online: true });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    world.failures.set('lookAtRunner', [
      ApplicationFailure.nonRetryable('The limit is used up', RATE_LIMITED, until),
    ]);
    await expect(world.refresh()).rejects.toMatchObject({ cause: { type: RATE_LIMITED } });
    expect(await world.handle.query(registrationStatus)).toMatchObject({
      status: 'pending',
      detail: "GitHub can't be asked for it: The limit is used up",
    });
    expect(await world.refresh()).toMatchObject({ status: 'idle' });
  });
});

it('goes on in a new run before its history gets long', async () => {
  const world = await provisioned(persistent);
  world.shows({ online: true });
  await world.refresh();
  const { runId } = await world.handle.describe();
  for (let round = 0; round < 17; round += 1) {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        world.handle.signal(registrationSeen, {
          state: index % 2 === 0 ? 'busy' : 'idle',
          githubJobId: round * 60 + Math.floor(index / 2),
        }),
      ),
    );
  }
  await world.refresh();
  expect((await world.handle.describe()).runId).not.toBe(runId);
  world.shows({ online: false });
  expect(await world.refresh()).toMatchObject({ status: 'offline', githubRunnerId: 101 });
  await expect(world.provision()).rejects.toThrow();
  expect(await world.delete()).toBe('removed');
});
