import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';
import type { Delivery, DeliveryDetail } from '../schemas/delivery.ts';
import type { Host } from '../schemas/host.ts';
import type { Overview } from '../schemas/overview.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start({ HOST_TIMEOUT: '60s' });
});
afterAll(() => world.stop());

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

const json = async <Body>(path: string) => {
  const response = await world.request(path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Body;
};

async function addHost(id: string, fields: { draining?: boolean; silentSeconds?: number } = {}) {
  const { draining = false, silentSeconds = 0 } = fields;
  await world.records.host.create({
    data: {
      id,
      hostname: `${id}.example`,
      labels: ['ssd'],
      pools: ['default'],
      capacity: 4,
      running: 1,
      reserved: 2,
      cpus: 2.5,
      memoryBytes: 25_769_803_776n,
      dockerVersion: '20.10.24',
      draining,
      startedAt: new Date(),
      heartbeatAt: new Date(Date.now() - silentSeconds * 1000),
    },
  });
}

describe('hosts', () => {
  it('are listed with their state, page by page', async () => {
    await addHost('a');
    await addHost('b', { draining: true });
    await addHost('c', { draining: true, silentSeconds: 61 });
    await addHost('d', { silentSeconds: 50 });
    const first = await json<Page<Host>>('/api/hosts?limit=3');
    expect(first.items.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'a active',
      'b draining',
      'c lost',
    ]);
    const second = await json<Page<Host>>(`/api/hosts?limit=3&cursor=${first.next_cursor}`);
    expect(second.items.map(({ id, state }) => `${id} ${state}`)).toEqual(['d active']);
    expect(second.next_cursor).toBeNull();
  });

  it('can be looked at', async () => {
    expect(await json<Host>('/api/hosts/a')).toMatchObject({
      hostname: 'a.example',
      labels: ['ssd'],
      pools: ['default'],
      capacity: 4,
      running: 1,
      reserved: 2,
      cpus: 2.5,
      memory_bytes: 25_769_803_776,
      docker_version: '20.10.24',
    });
    for (const id of ['nobody', '%00', '..%2F']) {
      expect((await world.request(`/api/hosts/${id}`)).status).toBe(404);
    }
  });
});

describe('deliveries', () => {
  it('are listed, the latest first, without their payloads', async () => {
    const guids = Array.from({ length: 5 }, () => randomUUID());
    for (const guid of guids) await world.webhook({ action: 'created' }, { event: 'star', guid });
    const first = await json<Page<Delivery>>('/api/webhooks/deliveries?event=star&limit=3');
    await world.webhook({ action: 'created' }, { event: 'star' });
    const second = await json<Page<Delivery>>(
      `/api/webhooks/deliveries?event=star&limit=3&cursor=${first.next_cursor}`,
    );
    const listed = [...first.items, ...second.items];
    expect(listed.map((delivery) => delivery.delivery_id)).toEqual(guids.toReversed());
    expect(listed[0]).not.toHaveProperty('payload');
    const found = await json<Page<Delivery>>(`/api/webhooks/deliveries?delivery_id=${guids[0]}`);
    expect(found.items).toHaveLength(1);
    const none = await json<Page<Delivery>>('/api/webhooks/deliveries?status=failed&event=star');
    expect(none.items).toEqual([]);
  });

  it('have their payload, one by one', async () => {
    const guid = randomUUID();
    const body = workflowJob('queued');
    await world.webhook(body, { guid });
    const { id } = await world.delivery(guid);
    const detail = await json<DeliveryDetail>(`/api/webhooks/deliveries/${id}`);
    expect(detail.payload).toEqual(body);
    for (const unknown of ['0', '999999999999', '99999999999999999999', 'x', '1e3', '-1']) {
      const path = `/api/webhooks/deliveries/${unknown}`;
      expect((await world.request(path)).status).toBe(404);
      expect((await world.post(`${path}/replay`)).status).toBe(404);
    }
  });

  it('can be handled again, which changes nothing where all was done', async () => {
    const id = randomId();
    const guid = randomUUID();
    await world.webhook(workflowJob('queued', { id }), { guid });
    await world.settled(guid);
    const job = await world.records.job.findFirstOrThrow({ where: { githubJobId: id } });
    const { runId } = await world.workflow(workflowIdOf(id)).describe();
    const inboxId = (await world.delivery(guid)).id;
    const response = await world.post(`/api/webhooks/deliveries/${inboxId}/replay`);
    expect(response.status).toBe(202);
    expect(await world.settled(guid)).toMatchObject({ attempts: 2 });
    const after = await world.records.job.findFirstOrThrow({ where: { githubJobId: id } });
    expect({ ...after, revision: 0n, updatedAt: job.updatedAt }).toEqual({ ...job, revision: 0n });
    expect((await world.workflow(workflowIdOf(id)).describe()).runId).toBe(runId);
  });

  it('can not be handled again without a payload that is understood', async () => {
    const [malformed, misshapen, old] = [randomUUID(), randomUUID(), randomUUID()];
    await world.webhook('{', { guid: malformed });
    await world.webhook({ action: 'queued' }, { guid: misshapen });
    await world.webhook(workflowJob('queued'), { guid: old });
    await world.settled(old);
    await world.records.delivery.updateMany({
      where: { deliveryId: old },
      data: { receivedAt: new Date(Date.now() - 3 * 86_400_000 - 60_000) },
    });
    const { Retention } = await import('../deliveries/retention.ts');
    const { connections, log, settings } = world.services.dependencies;
    await new Retention(connections, log, settings.DELIVERY_RETENTION).run();
    expect((await world.delivery(old)).payload).toBeNull();
    expect((await world.delivery(misshapen)).payload).not.toBeNull();
    for (const guid of [malformed, misshapen, old]) {
      const { id } = await world.delivery(guid);
      const response = await world.post(`/api/webhooks/deliveries/${id}/replay`);
      expect(response.status).toBe(409);
    }
  });
});

describe('the overview', () => {
  it('counts, lists and measures', async () => {
    await world.records.job.deleteMany();
    const now = Date.now();
    const add = (fields: object) => {
      const githubJobId = randomId();
      return world.records.job.create({
        data: {
          id: `1-${githubJobId}`,
          repositoryId: 1n,
          githubJobId: BigInt(githubJobId),
          runId: 1n,
          repository: 'octo/app',
          name: 'build',
          correlationId: 'c',
          queuedAt: new Date(now - 120_000),
          ...fields,
        },
      });
    };
    const running = await add({ status: 'running', receivedAt: new Date(now - 30 * 86_400_000) });
    const minute = Math.floor((now - 60_000) / 60_000) * 60_000;
    for (const seconds of [1, 3, 5]) {
      await add({
        status: 'completed',
        queuedAt: new Date(minute - seconds * 1000),
        pickedUpAt: new Date(minute),
      });
    }
    await add({ status: 'failed', receivedAt: new Date(now - 2 * 86_400_000) });
    const overview = await json<Overview>('/api/overview');
    expect(overview.jobs).toEqual({
      queued: 0,
      claimed: 0,
      starting: 0,
      waiting: 0,
      running: 1,
      completed: 3,
      failed: 0,
      cancelled: 0,
      lost: 0,
      ignored: 0,
    });
    expect(overview.running.map(({ id }) => id)).toEqual([running.id]);
    expect(overview.recent).toHaveLength(5);
    expect(overview.hosts.length).toBeGreaterThan(0);
    expect(overview.queue_time).toEqual([
      { at: new Date(minute).toISOString(), jobs: 3, p50_seconds: 3, p95_seconds: 4.8 },
    ]);
  });
});
