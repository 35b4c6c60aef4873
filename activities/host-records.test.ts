import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../config/log.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { createHostRecords, type HostRecords } from './host-records.ts';

let test: TestDatabase;
let records: HostRecords;
let count = 0;

beforeAll(async () => {
  test = await createTestDatabase();
  records = createHostRecords(test.database, createLog('test', 'silent'));
});
afterAll(() => test.drop());

const description = {
  id: 'host-1',
  hostname: 'machine',
  labels: ['ssd', 'odd "label", {with} all'],
  pools: ['default'],
  capacity: 4,
  cpus: 2,
  memoryBytes: 24 * 2 ** 30,
  dockerVersion: '20.10.24',
  startedAt: new Date('2026-01-01T00:00:00Z'),
};

/** A job in some state, and the start of a runner's container for it. */
async function job(data: { status?: string; runnerName?: string | null } = {}) {
  count += 1;
  const id = `7-${count}`;
  const runnerName = `ry-test-${count}`;
  await test.database.job.create({
    data: {
      ...{ id, repositoryId: 7, githubJobId: count, runId: 1, repository: 'o/r', name: 'build' },
      ...{ correlationId: 'c', queuedAt: new Date(), status: 'starting', runnerName },
      ...data,
    },
  });
  const startedAt = new Date('2026-02-03T04:05:06.789Z');
  const runner = { runnerName, jobId: id, repositoryId: 7, repository: 'o/r', pool: { name: 'p' } };
  return {
    runnerName,
    started: { hostId: 'host-1', containerId: `container-${count}`, startedAt, runner },
    row: () => test.database.job.findUniqueOrThrow({ where: { id } }),
    runner: () => test.database.runner.findUniqueOrThrow({ where: { name: runnerName } }),
  };
}

it('registers a host, renews it, and keeps the wish to drain it', async () => {
  expect(await records.heartbeat('host-1', { running: 0, reserved: 0 })).toBeNull();
  expect(await records.register(description, { running: 0, reserved: 0 })).toEqual({
    draining: false,
  });
  await test.database.host.update({ where: { id: 'host-1' }, data: { draining: true } });
  expect(await records.heartbeat('host-1', { running: 2, reserved: 1 })).toEqual({
    draining: true,
  });
  expect(
    await records.register({ ...description, capacity: 8 }, { running: 2, reserved: 1 }),
  ).toEqual({
    draining: true,
  });
  const { heartbeatAt, registeredAt, revision, memoryBytes, ...row } =
    await test.database.host.findUniqueOrThrow({ where: { id: 'host-1' } });
  const { memoryBytes: memory, ...rest } = description;
  expect(row).toEqual({ ...rest, capacity: 8, running: 2, reserved: 1, draining: true });
  expect(memoryBytes).toBe(BigInt(memory));
  expect(heartbeatAt.getTime()).toBeGreaterThanOrEqual(registeredAt.getTime());
  expect(revision).toBeGreaterThan(0n);
});

it('records a start and an end, for runner and job, each however often', async () => {
  const { runnerName, started, row, runner } = await job();
  await records.started(started);
  await records.started(started);
  const { startedAt } = started;
  expect(await row()).toMatchObject({
    status: 'waiting',
    detail: 'Runner online, waiting for GitHub to give it a job',
    containerStartedAt: startedAt,
    containerId: started.containerId,
    hostId: 'host-1',
  });
  expect(await runner()).toMatchObject({ startedAt, containerId: started.containerId, pool: 'p' });
  expect(await records.known(runnerName)).toEqual({ startedAt, exitCode: null, removedAt: null });
  const [exitedAt, removedAt] = [
    new Date('2026-02-03T05:00:00Z'),
    new Date('2026-02-03T05:00:01Z'),
  ];
  await records.ended({ runnerName, exitCode: 3, exitedAt, removedAt });
  await records.ended({ runnerName, exitCode: null, exitedAt: null, removedAt: new Date() });
  expect(await runner()).toMatchObject({ exitCode: 3, exitedAt, removedAt });
  expect(await row()).toMatchObject({ removedAt, status: 'waiting' });
});

it('takes nothing back of what GitHub has said meanwhile', async () => {
  const running = await job({ status: 'running' });
  await records.started(running.started);
  expect(await running.row()).toMatchObject({ status: 'running', detail: null });
  expect((await running.row()).containerStartedAt).toEqual(running.started.startedAt);
});

it('leaves a job alone that GitHub gave to another runner', async () => {
  const other = await job({ status: 'running', runnerName: 'ry-test-other' });
  await records.started(other.started);
  const { runnerName, started } = other;
  await records.ended({ runnerName, exitCode: 0, exitedAt: new Date(), removedAt: new Date() });
  expect(await other.row()).toMatchObject({ containerId: null, hostId: null, removedAt: null });
  expect(await other.runner()).toMatchObject({ containerId: started.containerId, exitCode: 0 });
});

it('counts a job that is launched again as not removed', async () => {
  const { started, runnerName, row } = await job();
  await records.started(started);
  await records.ended({ runnerName, exitCode: 1, exitedAt: new Date(), removedAt: new Date() });
  const again = `${runnerName}-b`;
  await test.database.job.updateMany({ where: { runnerName }, data: { runnerName: again } });
  await records.started({ ...started, runner: { ...started.runner, runnerName: again } });
  expect((await row()).removedAt).toBeNull();
});

it('knows nothing of a runner that never started', async () => {
  expect(await records.known('ry-test-none')).toBeNull();
});
