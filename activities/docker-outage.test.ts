import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type CuttableProxy, startCuttableProxy } from '../test/setup/cuttable-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { eventually } from '../test/setup/eventually.ts';
import { createRunnerWorld, type RunnerWorld } from '../test/setup/runner-world.ts';

const SOCKET = '/var/run/docker.sock';
const docker = new Docker({ socketPath: SOCKET });
let test: TestDatabase;
let proxy: CuttableProxy;
/** A host that reaches the engine through a relay, so that only its own connections are cut. */
let world: RunnerWorld;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  proxy = await startCuttableProxy({ path: SOCKET });
  world = await createRunnerWorld(test.database, { socket: proxy.address });
});
afterEach(async () => {
  proxy.restore();
  await world.close();
  await proxy.close();
});

const WAIT_FOR_GO = 'while [ ! -e /tmp/go ]; do sleep 0.02; done';

async function go(name: string): Promise<void> {
  const exec = await docker.getContainer(name).exec({ Cmd: ['touch', '/tmp/go'] });
  await exec.start({});
}

function lost(): Promise<void> {
  return new Promise((resolve) => {
    const off = world.ends.onConnection((connected) => {
      if (connected) return;
      off();
      resolve();
    });
  });
}

it('sees an end that came while the engine was out of reach, with all of its output', async () => {
  const { name, run } = world.run({ script: `echo before; ${WAIT_FOR_GO}; echo after; exit 3` });
  await eventually(() => world.output(name)).toBe('before\n');
  const loss = lost();
  proxy.cut();
  await loss;
  await go(name);
  await docker.getContainer(name).wait();
  proxy.restore();
  expect(await run.outcome).toMatchObject({ result: 'exited', exitCode: 3 });
  expect(await world.output(name)).toBe('before\nafter\n');
  expect(await world.containers()).toEqual([]);
});

it('goes on with the output of a container that goes on', async () => {
  const { name, run } = world.run({ script: `echo before $jit; ${WAIT_FOR_GO}; echo after $jit` });
  await eventually(() => world.output(name)).toBe('before ***\n');
  const loss = lost();
  proxy.cut();
  await loss;
  proxy.restore();
  await eventually(() => world.ends.connected).toBe(true);
  await go(name);
  expect(await run.outcome).toMatchObject({ result: 'exited', exitCode: 0 });
  expect(await world.output(name)).toBe('before ***\nafter ***\n');
});

it('removes a container as soon as the engine is back', async () => {
  const { name, run } = world.run({ script: WAIT_FOR_GO });
  await run.container;
  const loss = lost();
  const removal = world.runners.remove({ runnerName: name, onlyIfIdle: true, stopTimeout: 0 });
  proxy.cut();
  await loss;
  proxy.restore();
  expect(await removal).toEqual({ result: 'removed' });
  expect(await world.containers()).toEqual([]);
});

it.each([
  ['create', /^POST \/containers\/create/],
  ['attach', /^POST \/containers\/\w+\/attach/],
  ['start', /^POST \/containers\/\w+\/start/],
])('launches one container when the answer to its %s is lost', async (_, request) => {
  proxy.loseAnswer(request);
  const { name, run } = world.run({ script: 'echo got $jit', jitConfig: 'the-configuration' });
  expect(await run.outcome).toMatchObject({ result: 'exited', exitCode: 0 });
  expect(await world.output(name)).toBe('got ***\n');
  expect(await world.containers()).toEqual([]);
});

it('gives up a launch after three tries, and gives the slot back', async () => {
  await world.outcome();
  const loss = lost();
  proxy.cut();
  await loss;
  await expect(world.outcome()).rejects.toMatchObject({ type: 'HostFailed', nonRetryable: true });
  expect(world.slots.load).toEqual({ running: 0, reserved: 0 });
});
