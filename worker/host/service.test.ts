import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { BUSYBOX_IMAGE, ensureBusyboxImage } from '../../test/setup/busybox-image.ts';
import { startCuttableProxy } from '../../test/setup/cuttable-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { eventually } from '../../test/setup/eventually.ts';
import { type HostProcess, startHostProcess } from '../../test/setup/host-process.ts';
import type { launch } from '../../test/setup/launch-workflow.ts';
import type { RunContainerInput } from '../../workflows/contracts/host-activities.ts';
import { createLog } from '../../config/log.ts';
import { createDataConverter, PAYLOAD_CONVERTER_PATH } from '../codec/data-converter.ts';
import { installTemporalRuntime } from '../temporal-runtime.ts';

const docker = new Docker();
const KEYS = `test:${randomBytes(32).toString('base64')}`;
const CONTROL_QUEUE = `test-${randomUUID()}`;
/** One file a test makes tells its containers when to go on. */
const WAIT_FOR_GO = 'while [ ! -e /tmp/go ]; do sleep 0.02; done';

let test: TestDatabase;
let connection: Connection;
let client: Client;
let native: NativeConnection;
let control: Worker;
let controlEnds: Promise<void>;
const hosts = new Set<HostProcess>();
const hostIds = new Set<string>();

beforeAll(async () => {
  installTemporalRuntime(createLog('test', 'silent'));
  const address = inject('temporalAddress');
  test = await createTestDatabase();
  connection = await Connection.connect({ address });
  const dataConverter = createDataConverter(KEYS);
  client = new Client({ connection, dataConverter });
  native = await NativeConnection.connect({ address });
  const workflowsPath = fileURLToPath(
    new URL('../../test/setup/launch-workflow.ts', import.meta.url),
  );
  control = await Worker.create({
    connection: native,
    taskQueue: CONTROL_QUEUE,
    dataConverter,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath,
      payloadConverterPath: PAYLOAD_CONVERTER_PATH,
      logger: new DefaultLogger('WARN'),
    }),
  });
  controlEnds = control.run();
  await ensureBusyboxImage(docker);
});

afterEach(async () => {
  for (const host of hosts) await host.end('SIGKILL');
  hosts.clear();
  for (const id of hostIds) {
    const filters = { label: [`runyard.host=${id}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      await docker.getContainer(Id).remove({ force: true });
    }
    for (const { Id } of await docker.listNetworks({ filters }))
      await docker.getNetwork(Id).remove();
  }
  hostIds.clear();
});

afterAll(async () => {
  control.shutdown();
  await controlEnds;
  await native.close();
  await connection.close();
  await test.drop();
});

async function startHost(id: string, settings: Record<string, string> = {}): Promise<HostProcess> {
  hostIds.add(id);
  const host = await startHostProcess({
    DATABASE_URL: test.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    PAYLOAD_ENCRYPTION_KEYS: KEYS,
    HOST_ID: id,
    HOST_CAPACITY: '2',
    HOST_POOLS: id,
    POOL_IMAGE: BUSYBOX_IMAGE,
    NETWORK_RANGE: '10.216.0.0/16',
    ...settings,
  });
  hosts.add(host);
  return host;
}

async function end(host: HostProcess, signal: NodeJS.Signals): Promise<number | null> {
  hosts.delete(host);
  return host.end(signal);
}

/** Starts a launch on a pool; the pool's name is that of the one host that serves it, where not said. */
function start(pool: string, script: string, changes: Partial<RunContainerInput> = {}) {
  const runnerName = `ry-test-${randomUUID().slice(0, 8)}`;
  const input: RunContainerInput = {
    ...{ jobId: '7-1', repositoryId: 7, repository: 'octo/repository', runnerName },
    pool: {
      name: pool,
      image: BUSYBOX_IMAGE,
      command: ['/bin/sh', '-c', `IFS= read -r jit; ${script}`],
      user: '1001',
      limits: { cpus: 0.5, memoryMebibytes: 32, pids: 32 },
    },
    ...{ runTimeout: 600_000, pickupTimeout: 0, stopTimeout: 1_000, correlationId: 'test' },
    ...changes,
  };
  return client.workflow.start<typeof launch>('launch', {
    taskQueue: CONTROL_QUEUE,
    workflowId: `launch/${runnerName}`,
    args: [input],
  });
}

const newHost = () => `test-${randomUUID().slice(0, 8)}`;
const runnerOf = (workflowId: string) => workflowId.replace('launch/', '');
async function go(workflowId: string): Promise<void> {
  const container = docker.getContainer(runnerOf(workflowId));
  const exec = await container.exec({ Cmd: ['touch', '/tmp/go'] });
  await exec.start({});
}
const running = async (id: string) =>
  docker.listContainers({ filters: { label: [`runyard.host=${id}`] } });
const chunks = (runnerName: string) =>
  test.database.runnerLogChunk.count({ where: { runnerName } });
const hostRow = (id: string) => test.database.host.findUnique({ where: { id } });

it('never holds more containers than its slots, over 40 launches and two pools', async () => {
  const id = newHost();
  const pools = [id, `${id}-b`];
  const host = await startHost(id, { HOST_CAPACITY: '3', HOST_POOLS: pools.join(',') });
  const live = new Set<string>();
  let most = 0;
  const events = (await docker.getEvents({
    filters: { type: ['container'], event: ['create', 'destroy'], label: [`runyard.host=${id}`] },
  })) as NodeJS.ReadableStream & { destroy(): void };
  events.on('data', (data: Buffer) => {
    for (const line of data.toString().trim().split('\n')) {
      const event = JSON.parse(line) as { Action: string; Actor: { ID: string } };
      if (event.Action === 'create') live.add(event.Actor.ID);
      else live.delete(event.Actor.ID);
      most = Math.max(most, live.size);
    }
  });
  const handles = await Promise.all(
    Array.from({ length: 40 }, (_, index) => start(pools[index % 2] as string, 'exit 0')),
  );
  const outcomes = await Promise.all(handles.map((handle) => handle.result()));
  expect(outcomes.every(({ result, exitCode }) => result === 'exited' && exitCode === 0)).toBe(
    true,
  );
  events.destroy();
  expect(most).toBe(3);
  expect(await running(id)).toEqual([]);
  await eventually(() => hostRow(id)).toMatchObject({
    capacity: 3,
    running: 0,
    reserved: 0,
    pools,
  });
  const health = await fetch(`${host.metrics}/health`);
  expect([health.status, await health.json()]).toEqual([
    200,
    expect.objectContaining({ ok: true, docker: true, capacity: 3, running: 0, reserved: 0 }),
  ]);
  expect(await (await fetch(`${host.metrics}/metrics`)).text()).toContain(
    `runyard_host_slots{state="capacity",host="${id}"} 3`,
  );
}, 120_000);

it('takes up what runs after it was killed, and grants no slot twice', async () => {
  const id = newHost();
  const first = await startHost(id);
  const handle = await start(id, `echo one; ${WAIT_FOR_GO}; echo two; exit 5`);
  const name = runnerOf(handle.workflowId);
  await eventually(() => chunks(name)).toBe(1);
  const [container] = await running(id);
  await end(first, 'SIGKILL');
  await startHost(id, { HOST_CAPACITY: '1' });
  await eventually(() => hostRow(id)).toMatchObject({ capacity: 1, running: 1 });
  const other = await start(id, 'exit 0');
  // its heartbeat time-out passes, and the second attempt joins the container
  await eventually(async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt).toBe(
    2,
  );
  expect(await running(id)).toEqual([expect.objectContaining({ Id: container?.Id })]);
  expect(await test.database.runner.count({ where: { name: runnerOf(other.workflowId) } })).toBe(0);
  await go(handle.workflowId);
  expect(await handle.result()).toMatchObject({ result: 'exited', exitCode: 5 });
  expect(await other.result()).toMatchObject({ result: 'exited', exitCode: 0 });
  const rows = await test.database.runnerLogChunk.findMany({ where: { runnerName: name } });
  expect(rows.map(({ text }) => text).join('')).toBe('one\ntwo\n');
  expect(await running(id)).toEqual([]);
}, 60_000);

it('ends at once when told to, and leaves its containers to the next', async () => {
  const id = newHost();
  const first = await startHost(id);
  const handle = await start(id, `${WAIT_FOR_GO}; exit 6`);
  await eventually(async () => (await running(id)).length).toBe(1);
  expect(await end(first, 'SIGTERM')).toBe(0);
  expect(await running(id)).toHaveLength(1);
  await startHost(id);
  await go(handle.workflowId);
  expect(await handle.result()).toMatchObject({ result: 'exited', exitCode: 6 });
}, 60_000);

it('removes at its start what no workflow wants, and nothing that is not its own', async () => {
  const id = newHost();
  hostIds.add(id);
  const make = async (labels: Record<string, string>) => {
    const container = await docker.createContainer({
      Image: BUSYBOX_IMAGE,
      Cmd: ['sleep', '600'],
      Labels: labels,
    });
    await container.start();
    return container.id;
  };
  const own = {
    'runyard.managed': 'true',
    'runyard.host': id,
    'runyard.workflow': 'job/0/0',
    'runyard.run': randomUUID(),
  };
  const other = `${id}-other`;
  hostIds.add(other);
  const [orphan, foreign] = [
    await make({ ...own, 'runyard.runner': 'orphan' }),
    await make({ ...own, 'runyard.host': other, 'runyard.runner': 'foreign' }),
  ];
  await startHost(id);
  const left = (await docker.listContainers({ all: true })).map(({ Id }) => Id);
  expect(left).toContain(foreign);
  expect(left).not.toContain(orphan);
});

it('stops the container when its workflow is cancelled', async () => {
  const id = newHost();
  await startHost(id);
  const handle = await start(id, 'sleep 600');
  await eventually(async () => (await running(id)).length).toBe(1);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  await eventually(() => running(id)).toEqual([]);
  await eventually(() => hostRow(id)).toMatchObject({ running: 0 });
});

it('answers that a runner has no job when its time to get one is over', async () => {
  const id = newHost();
  await startHost(id);
  const handle = await start(id, 'sleep 600', { pickupTimeout: 100 });
  expect(await handle.result()).toMatchObject({ result: 'idle', removedAt: null });
  expect(await running(id)).toHaveLength(1);
});

it('goes on through an outage of Temporal, without a restart', async () => {
  const id = newHost();
  const proxy = await startCuttableProxy({ port: Number(inject('temporalAddress').split(':')[1]) });
  const host = await startHost(id, { TEMPORAL_ADDRESS: proxy.address });
  const handle = await start(id, `${WAIT_FOR_GO}; exit 7`);
  await eventually(async () => (await running(id)).length).toBe(1);
  const [container] = await running(id);
  proxy.cut();
  // the server misses its heartbeats, and has the next attempt wait for the host
  await eventually(async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt).toBe(
    2,
  );
  expect(await running(id)).toEqual([expect.objectContaining({ Id: container?.Id })]);
  proxy.restore();
  await go(handle.workflowId);
  expect(await handle.result()).toMatchObject({ result: 'exited', exitCode: 7 });
  const next = await start(id, 'exit 0');
  expect(await next.result()).toMatchObject({ result: 'exited', exitCode: 0 });
  expect(host.child.exitCode).toBeNull();
  await end(host, 'SIGTERM');
  await proxy.close();
}, 90_000);

it('takes nothing while it is to be drained', async () => {
  const id = newHost();
  await startHost(id, { HOST_HEARTBEAT: '50ms' });
  await test.database.host.update({ where: { id }, data: { draining: true } });
  const seen = (await hostRow(id))?.heartbeatAt ?? new Date();
  await eventually(async () => (await hostRow(id))?.heartbeatAt.getTime()).toBeGreaterThan(
    seen.getTime(),
  );
  const handle = await start(id, 'exit 0');
  await eventually(async () => (await hostRow(id))?.heartbeatAt.getTime()).toBeGreaterThan(
    seen.getTime() + 500,
  );
  expect(await test.database.runner.count({ where: { name: runnerOf(handle.workflowId) } })).toBe(
    0,
  );
  await test.database.host.update({ where: { id }, data: { draining: false } });
  expect(await handle.result()).toMatchObject({ result: 'exited', exitCode: 0 });
});
