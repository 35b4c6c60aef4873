import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUDIT_EVENT_TYPES } from '../domain/audit/event-types.ts';
import type { AuditEvent } from '../domain/audit/event.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

/** What was told since the last call. */
async function told(): Promise<AuditEvent[]> {
  const rows = await test.owner.$queryRaw<{ content: string }[]>`
    WITH taken AS (DELETE FROM audit_pending RETURNING id, content)
    SELECT content FROM taken ORDER BY id`;
  return rows.map(({ content }) => JSON.parse(content) as AuditEvent);
}

const types = (events: readonly AuditEvent[]) => events.map(({ type }) => type);

const job = {
  id: '1-2',
  repositoryId: 1,
  githubJobId: 2,
  runId: 3,
  repository: 'acme/app',
  name: 'build',
  labels: ['self-hosted'],
  correlationId: 'the-delivery',
  queuedAt: new Date(),
};

it('tells the whole life of a job once, under its correlation id', async () => {
  const { database } = test;
  const all: AuditEvent[] = [];
  const step = async (change: () => Promise<unknown>, ...expected: string[]) => {
    await change();
    const events = await told();
    expect(types(events)).toEqual(expected);
    all.push(...events);
    // the same again is no news; what creates a row can't be done again
    if (all.length > 2) await change();
    expect(await told()).toEqual([]);
  };
  const update = (data: object) => () => database.job.update({ where: { id: job.id }, data });
  const updateRunner = (data: object) => () =>
    database.runner.update({ where: { name: 'ry-1' }, data });
  const delivery = { hookId: '1', deliveryId: 'the-delivery', event: 'workflow_job' };
  await step(
    () => database.delivery.create({ data: { ...delivery, correlationId: 'the-delivery' } }),
    'delivery.received',
  );
  await step(() => database.job.create({ data: job }), 'job.queued');
  const at = new Date();
  await step(update({ admittedAt: at, pool: 'default', priority: 3 }), 'job.admitted');
  await step(update({ claimedAt: at, hostId: 'h', status: 'claimed' }), 'job.claimed');
  await step(
    () =>
      database.runner.upsert({
        where: { name: 'ry-1' },
        create: {
          name: 'ry-1',
          jobId: job.id,
          githubRunnerId: 5,
          repositoryId: 1,
          repository: job.repository,
          pool: 'default',
        },
        update: { githubRunnerId: 5 },
      }),
    'runner.registered',
  );
  await step(updateRunner({ startedAt: at, containerId: 'c'.repeat(64) }), 'container.started');
  await step(update({ pickedUpAt: at, status: 'running', runnerName: 'ry-1' }), 'job.picked_up');
  await step(update({ status: 'completed', conclusion: 'failure' }), 'job.completed');
  await step(
    updateRunner({ exitedAt: at, exitCode: 0, removedAt: at }),
    'container.exited',
    'runner.removed',
  );
  expect(new Set(all.map(({ correlationId }) => correlationId))).toEqual(new Set(['the-delivery']));
  for (const event of all) {
    const { category, severity } = AUDIT_EVENT_TYPES[event.type];
    expect(event).toMatchObject({ category, severity });
    expect(event.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Date(event.time).toISOString()).toBe(event.time);
  }
  expect(all.find(({ type }) => type === 'job.completed')).toMatchObject({
    outcome: 'failure',
    resource: { type: 'job', id: job.id },
    details: { conclusion: 'failure', runner: 'ry-1' },
  });
});

it.each([
  ['failed', 'job.failed', 'failure'],
  ['lost', 'job.lost', 'failure'],
  ['cancelled', 'job.cancelled', 'success'],
  ['ignored', 'job.ignored', 'success'],
] as const)('tells of a job that is %s, and of its return', async (status, type, outcome) => {
  const { database } = test;
  const id = `7-${status}`;
  const githubJobId = status.length * 100 + status.charCodeAt(0);
  await database.job.create({ data: { ...job, id, githubJobId } });
  await told();
  await database.job.update({ where: { id }, data: { status, detail: 'why' } });
  const [event] = await told();
  expect(event).toMatchObject({ type, outcome, details: { detail: 'why' } });
  expect(event).toMatchObject({
    category: AUDIT_EVENT_TYPES[type].category,
    severity: AUDIT_EVENT_TYPES[type].severity,
  });
  await database.job.update({ where: { id }, data: { status: 'queued', settledAt: null } });
  expect(types(await told())).toEqual(['job.queued']);
});

it('tells of deliveries that fail or are of no use, but not of those of its own', async () => {
  const { database } = test;
  const create = (deliveryId: string, status: string, hookId = '1') =>
    database.delivery.create({
      data: { hookId, deliveryId, status, event: 'push', correlationId: deliveryId },
    });
  await create('a', 'failed');
  await create('b', 'ignored');
  const waiting = await create('c', 'received');
  await create('d', 'received', 'runyard');
  await database.delivery.update({ where: { id: waiting.id }, data: { status: 'handled' } });
  const other = await create('e', 'received');
  await database.delivery.update({
    where: { id: other.id },
    data: { status: 'failed', error: 'no record' },
  });
  const events = await told();
  expect(types(events)).toEqual([
    'delivery.failed',
    'delivery.ignored',
    'delivery.received',
    'delivery.received',
    'delivery.failed',
  ]);
  for (const event of events) {
    const { category, severity } = AUDIT_EVENT_TYPES[event.type];
    expect(event).toMatchObject({ category, severity, actor: { kind: 'github' } });
  }
});

it('tells of a host that joins, and joins anew', async () => {
  const { database } = test;
  const at = new Date('2026-11-21T06:00:00Z');
  const host = {
    id: 'h1',
    hostname: 'h1',
    capacity: 2,
    cpus: 2,
    memoryBytes: 1,
    dockerVersion: '20',
    startedAt: at,
    heartbeatAt: at,
  };
  await database.host.create({ data: host });
  await database.host.update({ where: { id: 'h1' }, data: { heartbeatAt: new Date() } });
  await database.host.update({ where: { id: 'h1' }, data: { startedAt: new Date() } });
  const events = await told();
  expect(types(events)).toEqual(['host.registered', 'host.registered']);
  expect(events[0]).toMatchObject({ category: 'system', severity: 'notice' });
});

it('keeps nothing of a change that can not be told of', async () => {
  const { database } = test;
  await test.owner.$executeRaw`REVOKE INSERT ON audit_pending FROM runyard_application`;
  try {
    const created = database.job.create({ data: { ...job, id: '8-8', githubJobId: 8 } });
    await expect(created).rejects.toThrow(/audit_pending/);
  } finally {
    await test.owner.$executeRaw`GRANT INSERT ON audit_pending TO runyard_application`;
  }
  expect(await database.job.findUnique({ where: { id: '8-8' } })).toBeNull();
});
