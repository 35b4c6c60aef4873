import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';
import {
  auditOf,
  bearer,
  login,
  makePerson,
  PASSWORD,
  send,
  signIn,
} from '../identity/identity.world.ts';
import type { Session } from '../schemas/auth.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const NEW = 'forty umbrellas in the attic';
const status = async (token: string) =>
  (await send(world, '/api/auth/profile', { headers: bearer(token) })).status;
const sessions = async (token: string) => {
  const response = await send(world, '/api/auth/sessions', { headers: bearer(token) });
  return ((await response.json()) as { items: Session[] }).items;
};
const end = (token: string, id: string) =>
  send(world, `/api/auth/sessions/${id}`, { method: 'DELETE', headers: bearer(token) });
const changePassword = (token: string, current: string, next: string) =>
  send(world, '/api/auth/password', {
    headers: bearer(token),
    body: { current_password: current, new_password: next },
  });

describe('sessions', () => {
  it('are listed and ended, one by one', async () => {
    const { username } = await makePerson(world);
    await login(world, username, PASSWORD, { headers: { 'User-Agent': 'x'.repeat(2000) } });
    const { access } = await signIn(world, username);
    const open = await sessions(access);
    expect(open).toHaveLength(2);
    expect(open.map(({ current }) => current).toSorted()).toEqual([false, true]);
    const other = open.find(({ current }) => !current);
    expect(other?.user_agent).toHaveLength(512);
    expect((await end(access, other?.id ?? '')).status).toBe(204);
    expect((await end(access, other?.id ?? '')).status).toBe(404);
    expect(await sessions(access)).toHaveLength(1);
    const own = open.find(({ current }) => current);
    expect((await end(access, own?.id ?? '')).status).toBe(204);
    expect(await status(access)).toBe(401);
  });

  it('of others are ended by administrators alone', async () => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const [session] = await sessions(access);
    const id = session?.id ?? '';
    const operator = await world.as('operator');
    expect((await operator.send('DELETE', `/api/auth/sessions/${id}`)).status).toBe(404);
    expect(await status(access)).toBe(200);
    const gone = await world.request(`/api/auth/sessions/${id}`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect(await status(access)).toBe(401);
    const [event] = (await auditOf(world, 'session.ended')).slice(-1);
    expect(event).toMatchObject({ details: { username, reason: 'ended_by_admin' } });
  });

  it('404 for what is none', async () => {
    const { token } = (await world.as('viewer')).account;
    for (const id of ['1', '%00', '00000000-0000-4000-8000-000000000000']) {
      expect((await end(token, id)).status).toBe(404);
    }
  });
});

describe('changing the own password', () => {
  it('ends all other sessions, and leaves this one', async () => {
    const { username } = await makePerson(world);
    const [here, there] = [await signIn(world, username), await signIn(world, username)];
    expect((await changePassword(here.access, PASSWORD, NEW)).status).toBe(204);
    expect(await status(here.access)).toBe(200);
    expect(await status(there.access)).toBe(401);
    expect((await login(world, username, PASSWORD)).status).toBe(401);
    expect((await login(world, username, NEW)).status).toBe(200);
    const [event] = (await auditOf(world, 'password.changed')).slice(-1);
    expect(event).toMatchObject({ details: { username, ended_sessions: 1 } });
    expect(JSON.stringify(event)).not.toContain(NEW);
  });

  it.each([
    ['not the password', NEW, 'current_password'],
    [PASSWORD, 'short', 'new_password'],
    [PASSWORD, 'passwordpassword', 'new_password'],
    [PASSWORD, PASSWORD, 'new_password'],
    [PASSWORD, 'x'.repeat(1025), 'new_password'],
  ])('422 from %j to %j at %s', async (current, next, path) => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const response = await changePassword(access, current, next);
    expect(response.status).toBe(422);
    expect(((await response.json()) as Problem).errors?.[0]?.path).toBe(path);
    expect((await login(world, username, PASSWORD)).status).toBe(200);
  });

  it('is no way to guess the current one', async () => {
    const { username } = await makePerson(world);
    const { access } = await signIn(world, username);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, guess) => changePassword(access, `guess ${guess}`, NEW)),
    );
    expect(answers.filter((answer) => answer.status === 422)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(7);
    expect((await changePassword(access, PASSWORD, NEW)).status).toBe(429);
  });

  it('409 for an account without one', async () => {
    const { token } = (await world.as('viewer')).account;
    const response = await changePassword(token, PASSWORD, NEW);
    expect(response.status).toBe(409);
    expect(((await response.json()) as Problem).code).toBe('no_password');
  });

  it('is done once by two at the same time', async () => {
    const { username } = await makePerson(world);
    const [one, two] = [await signIn(world, username), await signIn(world, username)];
    const answers = await Promise.all([
      changePassword(one.access, PASSWORD, NEW),
      changePassword(two.access, PASSWORD, `${NEW} too`),
    ]);
    expect(answers.map((answer) => answer.status).toSorted()[0]).toBe(204);
    expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1);
  });
});
