import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateKey } from './simulator.world.ts';

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  children = [];
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'key.pem'), pem, { mode: 0o600 });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function launch(environment: Record<string, string>): ChildProcess {
  const child = fork(new URL('server.ts', import.meta.url), [], {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env.PATH,
      SIMULATOR_STATE_FILE: join(folder, 'state.json'),
      SIMULATOR_APP_PRIVATE_KEY_FILE: join(folder, 'key.pem'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  return child;
}

async function ready(child: ChildProcess) {
  const [message] = (await once(child, 'message')) as [
    {
      ready: true;
      addresses: Record<'simulator' | 'simulator_control' | 'simulator_runner', string>;
    },
  ];
  return message.addresses;
}

it('tells where it listens, ends on a signal, and goes on from its state', async () => {
  const first = launch({});
  const addresses = await ready(first);
  expect(addresses).toEqual({
    simulator: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    simulator_control: `${addresses.simulator}/_control`,
    simulator_runner: addresses.simulator,
  });
  await fetch(`${addresses.simulator_control}/runs`, {
    method: 'POST',
    body: JSON.stringify({ repository: 'acme/shop', jobs: [{}] }),
  });
  first.kill('SIGTERM');
  expect((await once(first, 'exit'))[0]).toBe(0);

  const second = launch({ SIMULATOR_PORT: new URL(addresses.simulator).port });
  expect(await ready(second)).toEqual(addresses);
  const state = await fetch(`${addresses.simulator_control}/state`);
  expect(await state.json()).toMatchObject({ repositories: 1, jobs: { queued: 1 } });
  second.disconnect();
  expect((await once(second, 'exit'))[0]).toBe(0);
});

it('keeps its state when it is killed', async () => {
  const first = launch({});
  const addresses = await ready(first);
  await fetch(`${addresses.simulator_control}/repositories`, {
    method: 'POST',
    body: JSON.stringify({ full_name: 'acme/shop' }),
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = launch({});
  const { simulator_control: control } = await ready(second);
  expect(await (await fetch(`${control}/state`)).json()).toMatchObject({ repositories: 1 });
});

it('keeps the control API from its second listener', async () => {
  const child = launch({ SIMULATOR_RUNNER_ADDRESS: '127.0.0.2' });
  const { simulator_runner: runner, simulator_control: control } = await ready(child);
  expect(runner).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
  expect((await fetch(`${control}/state`)).status).toBe(200);
  const answer = await fetch(`${runner}/_control/state`);
  expect(answer.status).toBe(401);
});

it.each([
  [{ SIMULATOR_PORT: 'http' }, /SIMULATOR_PORT/],
  [{ SIMULATOR_RUNNER_ADDRESS: 'bridge' }, /is not an IP address/],
  [{ SIMULATOR_RUNNER_ADDRESS: '192.0.2.1' }, /EADDRNOTAVAIL/],
])('refuses to start with %o', async (environment, complaint) => {
  const child = launch(environment);
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(text).toMatch(complaint);
});
