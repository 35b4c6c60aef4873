import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeEach(async () => {
  world = await ApiWorld.start({}, { patience: 0 });
});
afterEach(() => world.stop());

describe('without Temporal', () => {
  it('keeps every webhook with 202, and hands all of them over once it is back', async () => {
    world.temporal.cut();
    const jobs = Array.from({ length: 12 }, () => ({ id: randomId(), guid: randomUUID() }));
    for (const { id, guid } of jobs) {
      const response = await world.webhook(workflowJob('queued', { id }), { guid });
      expect(response.status).toBe(202);
      expect(await response.json()).toMatchObject({
        status: 'accepted',
        workflow_id: workflowIdOf(id),
      });
      expect((await world.delivery(guid)).status).toBe('received');
    }
    world.temporal.restore();
    for (const { id, guid } of jobs) {
      await world.settled(guid);
      expect(await world.isStarted(workflowIdOf(id))).toBe(true);
    }
  });

  it('starts nothing for a job that was over by the time it is back', async () => {
    world.temporal.cut();
    const id = randomId();
    const guids = [randomUUID(), randomUUID(), randomUUID()] as const;
    await world.webhook(workflowJob('queued', { id }), { guid: guids[0] });
    await world.webhook(workflowJob('in_progress', { id, runnerName: 'x' }), { guid: guids[1] });
    await world.webhook(workflowJob('completed', { id, runnerName: 'x' }), { guid: guids[2] });
    world.temporal.restore();
    for (const guid of guids) await world.settled(guid);
    expect(await world.isStarted(workflowIdOf(id))).toBe(false);
    expect(
      await world.records.job.findUniqueOrThrow({ where: { id: `1296269-${id}` } }),
    ).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      detail: 'Ran on x',
    });
  });

  it('says that it is degraded, and serves everything else', async () => {
    world.temporal.cut();
    await vi.waitFor(async () => {
      const ready = await world.request('/ready');
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({
        status: 'degraded',
        dependencies: [
          { name: 'database', state: 'up' },
          { name: 'temporal', state: 'down', detail: expect.any(String) },
        ],
      });
    });
    expect((await world.request('/api/jobs')).status).toBe(200);
    expect((await world.request('/health')).status).toBe(200);
  });

  it('refuses to cancel with 503, since nobody could be told', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    world.temporal.cut();
    const response = await world.post(`/api/jobs/1296269-${id}/cancel`, {});
    expect(response.status).toBe(503);
    expect(((await response.json()) as Problem).code).toBe('temporal_unavailable');
  }, 20_000);
});

describe('without the database', () => {
  it('answers webhooks with 503 and when to come again, and recovers', async () => {
    world.database.cut();
    const guid = randomUUID();
    const body = workflowJob('queued');
    const refused = await world.webhook(body, { guid });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(((await refused.json()) as Problem).code).toBe('database_unavailable');
    const malformed = await world.webhook('{', { guid });
    expect(malformed.status).toBe(503);

    world.database.restore();
    await vi.waitFor(async () => expect((await world.webhook(body, { guid })).status).toBe(202));
    await world.settled(guid);
  });

  it('is not ready, but alive; what it serves says 503', async () => {
    world.database.cut();
    const ready = await world.request('/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'not_ready' });
    expect((await world.request('/health')).status).toBe(200);
    for (const path of ['/api/jobs', '/api/overview', '/api/hosts', '/api/events']) {
      const response = await world.request(path);
      expect([path, response.status]).toEqual([path, 503]);
    }
    const metrics = await world.request('/metrics');
    expect(metrics.status).toBe(200);
    expect(await metrics.text()).toContain('runyard_up{process="api"} 1');
  });
});

it('outlives a connection that breaks in its hands', async () => {
  const connection = await world.services.dependencies.connections.connect();
  const ended = new Promise<void>((resolve) => connection.once('end', resolve));
  world.database.cut();
  await ended;
  connection.release(true);
  world.database.restore();
  await vi.waitFor(async () => expect((await world.request('/ready')).status).toBe(200));
});

it('starts with neither, and works once they are there', async () => {
  const late = await ApiWorld.start({}, { patience: 0, running: false });
  try {
    late.database.cut();
    late.temporal.cut();
    await late.services.start();
    expect((await late.webhook(workflowJob('queued'))).status).toBe(503);
    late.database.restore();
    late.temporal.restore();
    const guid = randomUUID();
    await vi.waitFor(async () =>
      expect((await late.webhook(workflowJob('queued'), { guid })).status).toBe(202),
    );
    await late.settled(guid);
  } finally {
    await late.stop();
  }
});

it('hands over what another instance took in before it ended', async () => {
  const id = randomId();
  const guid = randomUUID();
  world.temporal.cut();
  await world.webhook(workflowJob('queued', { id }), { guid });
  await world.services.dispatcher.stop();
  world.temporal.restore();
  expect(await world.isStarted(workflowIdOf(id))).toBe(false);
  const { Dispatcher } = await import('./dispatcher.ts');
  const { connections, temporal, taskQueue, pools, log } = world.services.dependencies;
  const others = Array.from(
    { length: 3 },
    () =>
      new Dispatcher({
        connections,
        temporal,
        target: { client: temporal.client, taskQueue, pools },
        reach: { isUp: true },
        log,
        interval: 20,
        patience: 0,
        isCrowded: () => false,
      }),
  );
  for (const other of others) other.start();
  await world.settled(guid);
  expect(await world.isStarted(workflowIdOf(id))).toBe(true);
  expect((await world.delivery(guid)).attempts).toBe(2);
  await Promise.all(others.map((other) => other.stop()));
});
