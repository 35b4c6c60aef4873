import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, randomId, workflowJob } from '../api.world.ts';
import { EventReader } from '../live/live.world.ts';
import type { Host } from '../schemas/host.ts';
import type { Job } from '../schemas/job.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

async function follow(query = '', lastEventId?: string): Promise<EventReader> {
  const response = await world.request(`/api/events${query}`, {
    headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
  return new EventReader(response);
}

async function newJob() {
  const id = randomId();
  await world.webhook(workflowJob('queued', { id }));
  return `1296269-${id}`;
}

const jobOf = (data: string) => JSON.parse(data) as Job;
const isJob =
  (id: string, status?: string) => (event: { event?: string | undefined; data: string }) =>
    event.event === 'job' &&
    jobOf(event.data).id === id &&
    (status === undefined || jobOf(event.data).status === status);

const hostData = (id: string) => ({
  id,
  hostname: 'machine',
  capacity: 2,
  cpus: 2,
  memoryBytes: 1024n,
  dockerVersion: '20.10',
  startedAt: new Date(),
  heartbeatAt: new Date(),
});

describe('live events', () => {
  it('tell of a change of a job, with its whole record', async () => {
    const events = await follow();
    await events.named('ready');
    const id = await newJob();
    const event = await events.next(isJob(id));
    expect(jobOf(event.data)).toMatchObject({ id, status: 'queued', repository: 'octo/app' });
    await world.records.job.update({ where: { id }, data: { status: 'claimed' } });
    const next = await events.next(isJob(id, 'claimed'));
    expect(BigInt(next.id ?? 0)).toBeGreaterThan(BigInt(event.id ?? 0));
    await events.close();
  });

  it('tell of hosts, or only of what is asked for', async () => {
    const [all, hosts] = await Promise.all([follow(), follow('?topics=hosts')]);
    await Promise.all([all.named('ready'), hosts.named('ready')]);
    const id = await newJob();
    await world.records.host.create({ data: hostData('host-1') });
    const event = await hosts.named('host');
    expect(JSON.parse(event.data) as Host).toMatchObject({ id: 'host-1', state: 'active' });
    expect(hosts.events.map(({ event: name }) => name)).toEqual(['ready', 'host']);
    await all.next(isJob(id));
    await all.named('host');
    await Promise.all([all.close(), hosts.close()]);
  });

  it('go on where a client left, without a gap', async () => {
    const first = await follow('?topics=jobs');
    await first.named('ready');
    const seen = await newJob();
    const { id: lastId } = await first.next(isJob(seen));
    await first.close();

    const missed = [await newJob(), await newJob()];
    await world.records.job.update({ where: { id: missed[1] ?? '' }, data: { status: 'running' } });
    const second = await follow('?topics=jobs', lastId);
    await second.next(isJob(missed[0] ?? ''));
    await second.next(isJob(missed[1] ?? '', 'running'));
    const later = await newJob();
    await second.next(isJob(later));
    await second.close();
  });

  it('go on from the id of `ready`, if nothing else came', async () => {
    const first = await follow();
    const { id: lastId } = await first.named('ready');
    await first.close();
    const missed = await newJob();
    const second = await follow('', lastId);
    await second.next(isJob(missed));
    await second.close();
  });

  it('take an id that is none of theirs for a first visit', async () => {
    for (const id of ['x', '-1', '99999999999999999999999', "1'--"]) {
      const events = await follow('', id);
      await events.named('ready');
      await events.close();
    }
  });

  it('reach every client, and make up for what was missed while the database was away', async () => {
    const clients = await Promise.all(Array.from({ length: 25 }, () => follow('?topics=jobs')));
    await Promise.all(clients.map((client) => client.named('ready')));
    const before = await newJob();
    await Promise.all(clients.map((client) => client.next(isJob(before))));

    world.database.cut();
    const id = before;
    await world.records.job.update({ where: { id }, data: { status: 'lost' } });
    world.database.restore();
    await Promise.all(clients.map((client) => client.next(isJob(id, 'lost'))));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('422 for a topic that there is not', async () => {
    expect((await world.request('/api/events?topics=secrets')).status).toBe(422);
  });
});

it('end with the process, so that it can end', async () => {
  const other = await ApiWorld.start();
  const events = new EventReader(await other.request('/api/events'));
  await events.named('ready');
  await other.stop();
  await events.rest();
  expect(events.isEnded).toBe(true);
});
