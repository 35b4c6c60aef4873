import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD, makePerson } from '../identity/identity.world.ts';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

async function queuedJob() {
  const id = randomId();
  await world.handled(workflowJob('queued', { id }));
  return { path: `/api/jobs/1296269-${id}/cancel`, workflow: workflowIdOf(id) };
}

const cancel = (path: string, key: string, body: unknown = {}) =>
  world.post(path, body, { 'Idempotency-Key': key });

it('carries a call out once, and answers it the same again', async () => {
  const { path, workflow } = await queuedJob();
  const key = randomUUID();
  const first = await cancel(path, key);
  const again = await cancel(path, key);
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(await again.json()).toEqual(await first.json());
  expect(again.headers.get('Idempotency-Replayed')).toBe('true');
  expect(await world.signals(workflow)).toHaveLength(1);
});

it('answers errors the same again, too', async () => {
  const key = randomUUID();
  const first = await cancel('/api/jobs/1-1/cancel', key);
  const again = await cancel('/api/jobs/1-1/cancel', key);
  expect([first.status, again.status]).toEqual([404, 404]);
  expect(again.headers.get('Content-Type')).toBe('application/problem+json');
});

it('refuses the key of another request', async () => {
  const { path, workflow } = await queuedJob();
  const key = randomUUID();
  await cancel(path, key);
  for (const response of [
    await cancel(path, key, { scope: 'runner' }),
    await cancel(`${path}?x=1`, key),
    await cancel('/api/jobs/1-1/cancel', key),
  ]) {
    expect(response.status).toBe(422);
    expect(((await response.json()) as Problem).code).toBe('idempotency_key_reused');
  }
  expect(await world.signals(workflow)).toHaveLength(1);
});

it('carries out one of many at once; the others are told to wait, or its answer', async () => {
  const { path, workflow } = await queuedJob();
  const key = randomUUID();
  const responses = await Promise.all(Array.from({ length: 10 }, () => cancel(path, key)));
  for (const response of responses) expect([202, 409]).toContain(response.status);
  expect(await world.signals(workflow)).toHaveLength(1);
});

it('keeps no answer of a call that failed for reasons of ours', async () => {
  const { path, workflow } = await queuedJob();
  const key = randomUUID();
  world.temporal.cut();
  expect((await cancel(path, key)).status).toBe(503);
  world.temporal.restore();
  await expect.poll(async () => (await cancel(path, key)).status).toBe(202);
  expect(await world.signals(workflow)).toHaveLength(1);
});

it('takes over from a process that ended in the middle, and forgets after a day', async () => {
  const { path } = await queuedJob();
  const key = randomUUID();
  await cancel(path, key);
  const where = { principal_key: { principal: 'local user:administrator', key } };
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  await world.records.idempotencyKey.update({ where, data: { status: null } });
  expect((await cancel(path, key)).status).toBe(409);
  await world.records.idempotencyKey.update({ where, data: { createdAt: minutesAgo(2) } });
  expect((await cancel(path, key)).status).toBe(202);
  await world.records.idempotencyKey.update({ where, data: { createdAt: minutesAgo(25 * 60) } });
  const other = await cancel(path, key, { scope: 'runner' });
  expect(other.status).toBe(202);
  expect(other.headers.get('Idempotency-Replayed')).toBeNull();
});

it.each(['', 'with space', 'x'.repeat(256)])('400 for the key %j', async (key) => {
  const response = await cancel('/api/jobs/1-1/cancel', key);
  expect(response.status).toBe(400);
});

it('does not look at it where nothing is changed', async () => {
  const headers = { 'Idempotency-Key': 'one' };
  expect((await world.request('/api/jobs', { headers })).status).toBe(200);
  expect(await world.records.idempotencyKey.count({ where: { key: 'one' } })).toBe(0);
});

it('keeps none of the tokens that somebody signs in by', async () => {
  const { username } = await makePerson(world);
  const key = randomUUID();
  const response = await world.post(
    '/api/auth/login',
    { username, password: PASSWORD },
    { 'Idempotency-Key': key },
  );
  expect(response.status).toBe(200);
  expect(await world.records.idempotencyKey.count({ where: { key } })).toBe(0);
});
