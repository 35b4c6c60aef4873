import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';
import { auditOf, bearer, makePerson, send, signIn } from '../identity/identity.world.ts';
import type { Problem } from '../schemas/problem.ts';
import type { ApiTokenPage, CreatedApiToken } from '../schemas/user.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const post = (token: string, body: unknown, headers: Record<string, string> = {}) =>
  send(world, '/api/auth/tokens', { body, headers: { ...bearer(token), ...headers } });
const get = (token: string, path: string) => send(world, path, { headers: bearer(token) });
const remove = (token: string, id: string) =>
  send(world, `/api/auth/tokens/${id}`, { method: 'DELETE', headers: bearer(token) });
const made = async (response: Response) => (await response.json()) as CreatedApiToken;

describe('an API token', () => {
  it('is shown once, and kept as a hash', async () => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const headers = { 'Idempotency-Key': 'one-token' };
    const response = await post(access, { name: 'ci' }, headers);
    expect(response.status).toBe(201);
    const token = await made(response);
    expect(token.token).toMatch(/^ryt_[\w-]{43}$/);
    expect(token.hint).toBe(token.token.slice(0, 8));
    expect((await get(token.token, '/api/jobs')).status).toBe(200);
    const list = await (await get(access, '/api/auth/tokens')).text();
    expect(list).toContain(token.id);
    const again = await (await post(access, { name: 'ci' }, headers)).text();
    expect(again).toContain(token.id);
    const row = await world.records.apiToken.findUniqueOrThrow({ where: { id: token.id } });
    const keys = await world.records.idempotencyKey.findMany();
    const told = await auditOf(world, 'api_token.created');
    for (const text of [list, again, JSON.stringify([row, keys, told])]) {
      expect(text).not.toContain(token.token);
    }
    expect(told.at(-1)).toMatchObject({ resource: { id: token.id }, details: { name: 'ci' } });
  });

  it('may do what it was given, and never more than its user may at the time', async () => {
    const { username, userId } = await makePerson(world, { role: 'operator' });
    const { access } = await signIn(world, username);
    const token = await made(await post(access, { name: 'x', permissions: ['jobs:*'] }));
    const cancel = () =>
      send(world, '/api/jobs/1-1/cancel', { method: 'POST', headers: bearer(token.token) });
    expect((await cancel()).status).toBe(404);
    expect((await get(token.token, '/api/hosts')).status).toBe(403);
    await world.records.user.update({ where: { id: userId }, data: { role: 'viewer' } });
    expect((await cancel()).status).toBe(403);
    expect((await get(token.token, '/api/jobs')).status).toBe(200);
  });

  it('is given no more than who makes it may', async () => {
    const { username } = await makePerson(world, { role: 'viewer' });
    const { access } = await signIn(world, username);
    for (const permissions of [['jobs:write'], ['jobs:read', 'users:read'], ['*:*'], ['jobs:*']]) {
      const response = await post(access, { name: 'x', permissions });
      expect([permissions, response.status]).toEqual([permissions, 422]);
      const { errors } = (await response.json()) as Problem;
      expect(errors?.[0]?.path).toBe(`permissions.${permissions.length - 1}`);
    }
  });

  it('that is limited makes no others, and touches nothing of its account', async () => {
    const { username } = await makePerson(world, { role: 'admin' });
    const { access } = await signIn(world, username);
    const { token } = await made(await post(access, { name: 'x', permissions: ['*:read'] }));
    expect((await post(token, { name: 'y' })).status).toBe(403);
    for (const path of ['/api/auth/tokens', '/api/auth/sessions']) {
      expect((await get(token, path)).status).toBe(403);
    }
    expect((await get(token, '/api/auth/profile')).status).toBe(200);
  });

  it('lapses, and is over when it is revoked', async () => {
    const { username, userId } = await makePerson(world);
    const { access } = await signIn(world, username);
    const short = await made(await post(access, { name: 'x', expires_in_days: 1 }));
    const days = (Date.parse(short.expires_at ?? '') - Date.parse(short.created_at)) / 86_400_000;
    expect(days).toBe(1);
    await world.records.apiToken.update({
      where: { id: short.id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    expect((await get(short.token, '/api/jobs')).status).toBe(401);
    const other = await made(await post(access, { name: 'y' }));
    expect((await remove(other.token, other.id)).status).toBe(204);
    expect((await get(other.token, '/api/jobs')).status).toBe(401);
    expect((await remove(access, other.id)).status).toBe(404);
    const left = (await (await get(access, '/api/auth/tokens')).json()) as ApiTokenPage;
    expect(left.items.map(({ id }) => id)).not.toContain(other.id);
    expect(await world.records.apiToken.count({ where: { userId, revokedAt: null } })).toBe(2);
  });

  it('tells when it was last used, written at most once a minute', async () => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const { token, id } = await made(await post(access, { name: 'x' }));
    const lastUsed = async () =>
      (await world.records.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt?.getTime();
    expect(await lastUsed()).toBeUndefined();
    await Promise.all([get(token, '/api/jobs'), get(token, '/api/jobs')]);
    await expect.poll(lastUsed).toEqual(expect.any(Number));
    const first = await lastUsed();
    await get(token, '/api/jobs');
    // what the request before set off has been written by the time that a later one is answered
    await world.services.dependencies.connections.query('SELECT 1');
    expect(await lastUsed()).toBe(first);
    const past = new Date(Date.now() - 61_000);
    await world.records.apiToken.update({ where: { id }, data: { lastUsedAt: past } });
    await get(token, '/api/jobs');
    await expect.poll(lastUsed).toBeGreaterThan(past.getTime());
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x', permissions: ['jobs'] }, 'permissions.0'],
    [{ name: 'x', permissions: ['jobs:fly'] }, 'permissions.0'],
    [{ name: 'x', permissions: 'jobs:read' }, 'permissions'],
    [{ name: 'x', expires_in_days: 0 }, 'expires_in_days'],
    [{ name: 'x', expires_in_days: 1.5 }, 'expires_in_days'],
    [{ name: 'x', expires_in_days: 100_000 }, 'expires_in_days'],
  ])('422 for %j', async (body, path) => {
    const { token } = (await world.as('viewer')).account;
    const response = await post(token, body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as Problem).errors?.[0]?.path).toBe(path);
  });
});

describe("other people's tokens", () => {
  it('are seen and revoked by administrators alone', async () => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const mine = await made(await post(access, { name: 'mine' }));
    const operator = await world.as('operator');
    const own = (await (await operator.request('/api/auth/tokens')).json()) as ApiTokenPage;
    expect(own.items.map(({ id }) => id)).not.toContain(mine.id);
    expect((await operator.request('/api/auth/tokens?all=true')).status).toBe(403);
    expect((await operator.send('DELETE', `/api/auth/tokens/${mine.id}`)).status).toBe(404);
    expect((await get(mine.token, '/api/jobs')).status).toBe(200);
    const all = (await (await world.request('/api/auth/tokens?all=true')).json()) as ApiTokenPage;
    expect(all.items).toContainEqual(expect.objectContaining({ id: mine.id, username }));
    const gone = await world.request(`/api/auth/tokens/${mine.id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect((await get(mine.token, '/api/jobs')).status).toBe(401);
  });
});
