import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiActor } from '../actor.world.ts';
import { ApiWorld } from '../api.world.ts';
import { auditOf, bearer, login, makePerson, send, signIn } from '../identity/identity.world.ts';
import type { Problem } from '../schemas/problem.ts';
import type { CreatedUser, User, UserPage } from '../schemas/user.ts';

let world: ApiWorld;
let admin: ApiActor;
beforeAll(async () => {
  world = await ApiWorld.start();
  admin = await world.as('admin');
});
afterAll(() => world.stop());

let number = 0;
const fresh = (name = 'user') => `${name}-${(number += 1)}`;
const create = (body: unknown) => admin.post('/api/auth/users', body);
const change = (id: string, body: unknown, by = admin) =>
  by.send('PUT', `/api/auth/users/${id}`, body);
const remove = (id: string, by = admin) => by.send('DELETE', `/api/auth/users/${id}`);
const problem = async (response: Response) => (await response.json()) as Problem;
const GOOD = 'seventeen quiet herons';

describe('creating users', () => {
  it('makes a password where none is given, shown once', async () => {
    const username = fresh();
    const response = await create({
      username: username.toUpperCase(),
      name: 'A B',
      role: 'viewer',
    });
    expect(response.status).toBe(201);
    const user = (await response.json()) as CreatedUser;
    expect(user).toMatchObject({ username, scope: 'all', active: true, has_password: true });
    const { initial_password: password = '' } = user;
    expect(password).toMatch(/^[a-z2-9]{6}(-[a-z2-9]{6}){3}$/);
    expect((await login(world, username, password)).status).toBe(200);
    const list = (await (await admin.request('/api/auth/users?limit=200')).json()) as UserPage;
    expect(list.items.find(({ id }) => id === user.id)).toBeDefined();
    expect(JSON.stringify(list)).not.toContain(password);
    expect(JSON.stringify(await auditOf(world, 'user.created'))).not.toContain(password);
  });

  it('keeps the password that was made out of what an Idempotency-Key repeats', async () => {
    const body = { username: fresh(), name: 'Once', role: 'viewer' };
    const headers = { 'Idempotency-Key': 'make-it-once' };
    const first = (await (
      await admin.post('/api/auth/users', body, headers)
    ).json()) as CreatedUser;
    const again = await admin.post('/api/auth/users', body, headers);
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    const { initial_password: password = '', ...rest } = first;
    expect(await again.json()).toEqual(rest);
    const kept = await world.records.idempotencyKey.findMany();
    expect(JSON.stringify(kept)).not.toContain(password);
  });

  it('refuses a name that is taken, however it is written, and one of two at once', async () => {
    const username = fresh();
    const bodies = [username, username.toUpperCase(), username].map((name) =>
      create({ username: name, name: 'X', role: 'viewer', password: GOOD }),
    );
    const answers = await Promise.all(bodies);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(await problem(refused as Response)).toMatchObject({
      code: 'username_taken',
      errors: [{ path: 'username' }],
    });
  });

  it.each([
    [{ name: 'X', role: 'viewer' }, 'username'],
    [{ username: 'a b', name: 'X', role: 'viewer' }, 'username'],
    [{ username: '-a', name: 'X', role: 'viewer' }, 'username'],
    [{ username: 'x'.repeat(64), name: 'X', role: 'viewer' }, 'username'],
    [{ username: 'someone', role: 'viewer' }, 'name'],
    [{ username: 'someone', name: ' ', role: 'viewer' }, 'name'],
    [{ username: 'someone', name: 'a\nb', role: 'viewer' }, 'name'],
    [{ username: 'someone', name: 'X', role: 'root' }, 'role'],
    [{ username: 'someone', name: 'X', role: 'member' }, 'role'],
    [{ username: 'someone', name: 'X', role: 'admin', scope: 'teams' }, 'scope'],
    [{ username: 'someone', name: 'X', role: 'viewer', email: 'x' }, 'email'],
    [{ username: 'someone', name: 'X', role: 'viewer', password: 'short' }, 'password'],
    [{ username: 'someone', name: 'X', role: 'viewer', password: 'passwordpassword' }, 'password'],
    [{ username: 'someone', name: 'X', role: 'viewer', password: 'x'.repeat(1025) }, 'password'],
    [{ username: 'someone', name: 'X', role: 'viewer', active: false }, ''],
  ])('422 for %j at %s', async (body, path) => {
    const before = await world.records.user.count();
    const response = await create(body);
    expect(response.status).toBe(422);
    expect((await problem(response)).errors?.map((error) => error.path)).toContain(path);
    expect(await world.records.user.count()).toBe(before);
  });
});

describe('changing users', () => {
  it('changes what is given, and ends the sessions of who is deactivated or given a password', async () => {
    const person = await makePerson(world);
    const first = await signIn(world, person.username);
    const renamed = await change(person.userId, { name: 'New name', email: 'n@example.com' });
    expect(await renamed.json()).toMatchObject({ name: 'New name', email: 'n@example.com' });
    const profile = (token: string) => send(world, '/api/auth/profile', { headers: bearer(token) });
    expect((await profile(first.access)).status).toBe(200);
    expect((await change(person.userId, { password: GOOD })).status).toBe(200);
    expect((await profile(first.access)).status).toBe(401);
    expect((await login(world, person.username, GOOD)).status).toBe(200);
    expect((await change(person.userId, { active: false })).status).toBe(200);
    expect((await login(world, person.username, GOOD)).status).toBe(401);
    const headers = bearer(person.token);
    expect((await send(world, '/api/auth/profile', { headers })).status).toBe(401);
    const open = await world.records.session.count({
      where: { userId: person.userId, endedAt: null },
    });
    expect(open).toBe(0);
  });

  it('tells of a new role apart', async () => {
    const { userId, username } = await makePerson(world);
    expect((await change(userId, { role: 'operator', scope: 'teams' })).status).toBe(200);
    const [event] = (await auditOf(world, 'user.role_changed')).slice(-1);
    expect(event).toMatchObject({
      actor: { id: admin.account.id },
      resource: { id: userId },
      details: {
        username,
        from: { role: 'viewer', scope: 'all' },
        to: { role: 'operator', scope: 'teams' },
      },
    });
  });

  it('404 for who is not there', async () => {
    for (const id of ['1', '00000000-0000-4000-8000-000000000000', '%00', "'"]) {
      expect((await change(id, { name: 'X' })).status).toBe(404);
      expect((await remove(id)).status).toBe(404);
    }
  });

  it('lets nobody demote, limit, deactivate or delete themselves, or pass by their password', async () => {
    const { userId } = admin.account;
    const tries = [
      { role: 'viewer' },
      { role: 'operator', name: 'X' },
      { scope: 'teams' },
      { active: false },
      { password: GOOD },
    ];
    for (const body of tries) {
      const response = await change(userId, body);
      expect([body, response.status]).toEqual([body, 409]);
      expect((await problem(response)).code).toBe('own_account');
    }
    expect((await problem(await remove(userId))).code).toBe('own_account');
    const inCapitals = userId.toUpperCase();
    expect((await problem(await change(inCapitals, { role: 'viewer' }))).code).toBe('own_account');
    expect((await problem(await remove(inCapitals))).code).toBe('own_account');
    expect((await change(userId, { name: 'Myself', role: 'admin', active: true })).status).toBe(
      200,
    );
  });
});

it('refuses a cursor that the database can not hold', async () => {
  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const [path, cursor] of [
    ['tokens', cursorOf(['0000-01-01T00:00:00Z', '00000000-0000-4000-8000-000000000000'])],
    ['users', cursorOf(['\u0000'])],
  ]) {
    const response = await world.request(`/api/auth/${path}?cursor=${cursor}`);
    expect([path, response.status < 500, response.status >= 400]).toEqual([path, true, true]);
  }
});

describe('deleting users', () => {
  it('ends what they had, and leaves nothing for the next of that name', async () => {
    const person = await makePerson(world, { teams: ['blue'] });
    const { access } = await signIn(world, person.username);
    await world.records.labelPolicy.create({
      data: { subject: person.id, allowed: ['*'], denied: [], required: [], runnerGroups: [] },
    });
    expect((await remove(person.userId)).status).toBe(204);
    for (const token of [access, person.token]) {
      const headers = bearer(token);
      expect((await send(world, '/api/auth/profile', { headers })).status).toBe(401);
    }
    expect(await world.records.teamMember.count({ where: { value: person.username } })).toBe(0);
    expect(await world.records.labelPolicy.count({ where: { subject: person.id } })).toBe(0);
    expect((await remove(person.userId)).status).toBe(404);
  });
});

describe('the last active administrator', () => {
  const admins = () => world.records.user.count({ where: { role: 'admin', active: true } });
  const others = async (but: string[]) => {
    await world.records.user.updateMany({
      where: { role: 'admin', id: { notIn: but } },
      data: { active: false },
    });
  };

  it('stays: a token that may manage users is no way around it', async () => {
    const last = await world.as({ role: 'admin' });
    const helper = await world.as({ role: 'admin' });
    await others([last.account.userId, helper.account.userId]);
    // the helper is gone by the time that its request is carried out
    await world.records.user.update({
      where: { id: helper.account.userId },
      data: { active: false },
    });
    expect((await change(last.account.userId, { role: 'viewer' }, helper)).status).toBe(401);
    expect(await admins()).toBe(1);
  });

  it.each([
    ['demote', (id: string, by: ApiActor) => change(id, { role: 'operator' }, by)],
    ['deactivate', (id: string, by: ApiActor) => change(id, { active: false }, by)],
    ['delete', (id: string, by: ApiActor) => remove(id, by)],
  ])('stays when two %s each other at once', async (_, act) => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [await world.as({ role: 'admin' }), await world.as({ role: 'admin' })];
      await others([one.account.userId, two.account.userId]);
      const answers = await Promise.all([
        act(two.account.userId, one),
        act(one.account.userId, two),
      ]);
      expect(await admins()).toBe(1);
      const statuses = answers.map(({ status }) => status).toSorted();
      // who comes second is told so, or is not even let in any more
      expect(statuses[0]).toBeLessThan(300);
      expect([401, 403, 409]).toContain(statuses[1]);
    }
  });

  it('is told why', async () => {
    const [one, two] = [await world.as({ role: 'admin' }), await world.as({ role: 'admin' })];
    await others([one.account.userId]);
    await world.records.user.update({
      where: { id: two.account.userId },
      data: { role: 'operator', active: true },
    });
    const limited = await world.as({ role: 'admin', permissions: ['users:write'] });
    await world.records.user.update({
      where: { id: limited.account.userId },
      data: { role: 'admin' },
    });
    // two are left: one may go, then the other may not
    expect((await change(one.account.userId, { role: 'viewer' }, limited)).status).toBe(200);
    expect(await admins()).toBe(1);
    const last = await change(limited.account.userId, { active: false }, limited);
    expect((await problem(last)).code).toBe('own_account');
  });
});

it('goes through the users page by page', async () => {
  const keeper = await world.as({ role: 'admin' });
  const all: User[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const response = await keeper.request(`/api/auth/users?limit=3${query}`);
    const page = (await response.json()) as UserPage;
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  expect(all).toHaveLength(await world.records.user.count());
  expect(all.map(({ username }) => username)).toEqual([
    ...new Set(all.map(({ username }) => username)),
  ]);
  expect((await keeper.request('/api/auth/users?cursor=x')).status).toBe(400);
});
