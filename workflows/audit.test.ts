import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Client, WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { createAuditActivities } from '../activities/audit.ts';
import { AuditWorld } from '../prisma/audit/audit.world.ts';
import { makeCheckpoint } from '../prisma/audit/make-checkpoint.ts';
import { ensureAuditSchedule } from '../worker/control/audit-schedule.ts';
import {
  type ArchivedEvents,
  AUDIT_RETENTION,
  AUDIT_RETENTION_SCHEDULE,
  AUDIT_VERIFICATION,
  type AuditRetentionInput,
  type AuditVerification,
} from './contracts/audit.ts';

let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});
afterAll(() => connection.close());

let world: AuditWorld;
let taskQueue: string;
let stopWorker: () => Promise<void>;
beforeEach(async () => {
  world = await AuditWorld.start();
  taskQueue = `audit-test-${randomUUID()}`;
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    activities: { ...createAuditActivities({ ...world.places, retentionDays: 30 }) },
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
  };
});
afterEach(async () => {
  await stopWorker();
  await world.stop();
});

const run = (workflow: string, args: unknown[] = []) =>
  client.workflow.execute(workflow, { workflowId: `audit-test/${randomUUID()}`, taskQueue, args });

const archive = (input: Partial<AuditRetentionInput> = {}) =>
  run(AUDIT_RETENTION, [
    { before: null, actor: null, correlationId: null, ...input },
  ]) as Promise<ArchivedEvents>;

const verify = () => run(AUDIT_VERIFICATION) as Promise<AuditVerification>;

it('archives what was kept long enough, and goes on verifying all of it', async () => {
  await world.write(20);
  await world.age(40);
  await makeCheckpoint(world.places);
  await world.writeSigned(4);
  expect(await archive()).toEqual({ events: 20, segments: 1 });
  expect(await archive()).toEqual({ events: 0, segments: 0 });
  const files = await readdir(world.places.folder);
  expect(files.filter((name) => name.endsWith('.ndjson.gz'))).toHaveLength(1);
  // 24, and that of the archive
  expect(await verify()).toMatchObject({
    ok: true,
    events: 25,
    archived_segments: 1,
    unsigned: 0,
    first_bad: null,
    head: { sequence: 25, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

it('archives earlier when it is asked to, but nothing of the last seven days', async () => {
  await world.write(3);
  await world.age(8);
  await makeCheckpoint(world.places);
  await world.writeSigned(4);
  expect(await archive()).toEqual({ events: 0, segments: 0 });
  const asked = {
    before: new Date(Date.now() + 60_000).toISOString(),
    actor: { kind: 'session', id: 'user:ada', name: 'Ada', address: '192.0.2.1' },
    correlationId: 'the-request',
  } as const;
  expect(await archive(asked)).toEqual({ events: 3, segments: 1 });
  await verify();
  const rows = await world.test.database.$queryRaw<object[]>`
    SELECT actor_id, correlation_id FROM audit_events WHERE type = 'audit.archived'`;
  expect(rows).toEqual([{ actor_id: 'user:ada', correlation_id: 'the-request' }]);
});

it('archives nothing that was changed, and tells of it once', async () => {
  await world.write(20);
  await world.age(40);
  await makeCheckpoint(world.places);
  await world.test.owner.$executeRaw`DELETE FROM audit_events WHERE sequence = 11`;
  await expect(archive()).rejects.toThrow(WorkflowFailedError);
  const first = await verify();
  expect(first).toMatchObject({ ok: false, first_bad: { sequence: 11, fault: 'removed' } });
  await verify();
  const rows = await world.test.database.$queryRaw<{ n: bigint }[]>`
    SELECT count(*) AS n FROM audit_events WHERE type = 'security.audit_chain_broken'`;
  expect(Number(rows[0]?.n)).toBe(1);
});

it('schedules the archiving once, whoever comes', async () => {
  await Promise.all([1, 2, 3].map(() => ensureAuditSchedule(connection, 'default', taskQueue)));
  const handle = client.schedule.getHandle(AUDIT_RETENTION_SCHEDULE);
  expect((await handle.describe()).spec.calendars).toHaveLength(1);
  await handle.delete();
});
