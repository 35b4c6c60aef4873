import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, ApiWorld } from '../api.world.ts';
import {
  auditOf,
  bearer,
  Browser,
  login,
  makePerson,
  PASSWORD,
  send,
  signIn,
} from '../identity/identity.world.ts';
import type { Profile, SignedIn } from '../schemas/auth.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const profile = (access: string) => send(world, '/api/auth/profile', { headers: bearer(access) });
const refresh = (token: string) =>
  send(world, '/api/auth/refresh', { body: { refresh_token: token } });
const codeOf = async (response: Response) => ((await response.json()) as Problem).code;

describe('signing in', () => {
  it('gives tokens that open the API', async () => {
    const { username } = await makePerson(world, { role: 'operator' });
    const response = await login(world, username.toUpperCase());
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    const signedIn = (await response.json()) as SignedIn;
    expect(signedIn).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(/^ryr_[\w-]{43}$/),
      profile: { id: `user:${username}`, username, role: 'operator', kind: 'session' },
    });
    const told = (await (await profile(signedIn.access_token ?? '')).json()) as Profile;
    expect(told).toEqual(signedIn.profile);
    expect(told.permissions).toContain('jobs:write');
    expect(told.permissions).not.toContain('users:read');
    const [event] = (await auditOf(world, 'session.started')).slice(-1);
    expect(event).toMatchObject({ outcome: 'success', actor: { id: `user:${username}` } });
  });

  it('says the same of everything that is not right', async () => {
    const { username } = await makePerson(world);
    const gone = await makePerson(world);
    await world.records.user.update({ where: { id: gone.userId }, data: { active: false } });
    const { username: without } = (await world.as('viewer')).account;
    const answers = await Promise.all(
      [
        [username, 'wrong'],
        ['nobody-of-that-name', PASSWORD],
        [gone.username, PASSWORD],
        [without, PASSWORD],
        [username, `${PASSWORD} `],
      ].map(async ([name = '', password = '']) => {
        const response = await login(world, name, password);
        const problem = (await response.json()) as Problem;
        return { ...problem, status: response.status, correlation_id: '' };
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, code: 'invalid_credentials' });
  });

  it.each([
    {},
    { username: 'a' },
    { username: '', password: 'x' },
    { username: 'a', password: '' },
    { username: 'a\u0000b', password: 'x' },
    { username: 'a', password: 'x'.repeat(1025) },
    { username: 'a', password: 'x', more: 1 },
    { username: ['a'], password: 'x' },
    { username: 'x'.repeat(300), password: 'x' },
    [],
    null,
  ])('422 for %j', async (body) => {
    expect((await send(world, '/api/auth/login', { body })).status).toBe(422);
  });

  it('takes the longest password, and characters written in two ways as one', async () => {
    const { username } = await makePerson(world);
    expect((await login(world, username, 'ä'.repeat(512))).status).toBe(401);
  });

  it('does not tell the audit log what was typed as a name that nobody has', async () => {
    await login(world, 'hunter2hunter2', 'x');
    expect(JSON.stringify(await auditOf(world, 'session.failed'))).not.toContain('hunter2');
    const keys = await world.records.signInThrottle.findMany();
    await login(world, 'My Password!', 'x');
    expect(JSON.stringify(keys)).not.toContain('My Password!');
  });
});

describe('an access token', () => {
  it('is no good once its session is over, its user not active, or their role another', async () => {
    const { username, userId } = await makePerson(world);
    const first = await signIn(world, username);
    const changeUser = (data: object) => world.records.user.update({ where: { id: userId }, data });
    expect((await profile(first.access)).status).toBe(200);
    await changeUser({ active: false });
    expect((await profile(first.access)).status).toBe(401);
    expect((await refresh(first.refresh)).status).toBe(401);
    await changeUser({ active: true });
    expect((await profile(first.access)).status).toBe(200);
    await changeUser({ role: 'operator' });
    expect((await profile(first.access)).status).toBe(401);

    const second = await signIn(world, username);
    const renewed = (await (await refresh(second.refresh)).json()) as SignedIn;
    expect(renewed.profile.role).toBe('operator');
    await changeUser({ role: 'viewer' });
    const third = await signIn(world, username);
    const out = await send(world, '/api/auth/logout', {
      method: 'POST',
      headers: bearer(third.access),
    });
    expect(out.status).toBe(204);
    expect((await profile(third.access)).status).toBe(401);
    expect(await codeOf(await refresh(third.refresh))).toBe('session_ended');
  });

  it('lapses, and its session with it when it is not refreshed', async () => {
    const hasty = await ApiWorld.start({
      ACCESS_TOKEN_LIFETIME: '1s',
      SESSION_IDLE_TIMEOUT: '1h',
    });
    try {
      const { username } = await makePerson(hasty);
      const { access, refresh: token, signedIn } = await signIn(hasty, username);
      expect(signedIn.expires_in).toBe(1);
      await expect
        .poll(
          async () => {
            const headers = bearer(access);
            return (await send(hasty, '/api/auth/profile', { headers })).status;
          },
          { timeout: 10_000 },
        )
        .toBe(401);
      expect(await auditOf(hasty, 'token.refused')).toEqual([]);
      await hasty.records.session.updateMany({ data: { expiresAt: new Date() } });
      const body = { refresh_token: token };
      expect((await send(hasty, '/api/auth/refresh', { body })).status).toBe(401);
    } finally {
      await hasty.stop();
    }
  });
});

describe('a refresh token', () => {
  it('is good once: the second time ends the session', async () => {
    const { username, userId } = await makePerson(world);
    const { access, refresh: first } = await signIn(world, username);
    const renewed = (await (await refresh(first)).json()) as SignedIn;
    expect(renewed.refresh_token).not.toBe(first);
    expect((await profile(renewed.access_token ?? '')).status).toBe(200);
    const again = await refresh(first);
    expect(again.status).toBe(401);
    expect(await codeOf(again)).toBe('session_ended');
    expect((await refresh(renewed.refresh_token ?? '')).status).toBe(401);
    for (const token of [access, renewed.access_token ?? '']) {
      expect((await profile(token)).status).toBe(401);
    }
    // told once, however often it comes
    await refresh(first);
    const told = (await auditOf(world, 'security.refresh_token_reused')).filter(
      ({ details }) => details['user_id'] === userId,
    );
    expect(told).toHaveLength(1);
    expect(told[0]?.outcome).toBe('denied');
  });

  it('is good for one of those that bring it at once, and that is reuse', async () => {
    const { username, userId } = await makePerson(world);
    for (let round = 0; round < 5; round += 1) {
      const { refresh: token } = await signIn(world, username);
      const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(token)));
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(3);
    }
    const sessions = await world.records.session.findMany({
      where: { userId },
      include: { refreshTokens: true },
    });
    for (const session of sessions) {
      expect(session.endReason).toBe('refresh_token_reused');
      // the first, and the one that its single winner was given
      expect(session.refreshTokens).toHaveLength(2);
    }
    const told = await auditOf(world, 'security.refresh_token_reused');
    expect(told.filter(({ details }) => details['user_id'] === userId)).toHaveLength(5);
  });

  it.each(['ryr_unknown', 'x', "'; DROP TABLE sessions; --", '\u0000'])(
    'is refused when it is %j',
    async (token) => {
      const response = await refresh(token);
      expect(response.status).toBe(401);
    },
  );

  it('is kept as a hash only', async () => {
    const { username } = await makePerson(world);
    const { refresh: token } = await signIn(world, username);
    expect(await world.records.refreshToken.findMany({ where: { hash: token } })).toEqual([]);
    expect(JSON.stringify(await auditOf(world, 'session.started'))).not.toContain(token);
  });
});

describe("the dashboard's cookies", () => {
  it('are kept from scripts, other sites and the network, but for the CSRF token', async () => {
    const { username } = await makePerson(world);
    const response = await login(world, username, PASSWORD, { cookies: true });
    const signedIn = (await response.json()) as SignedIn;
    expect(signedIn).not.toHaveProperty('access_token');
    expect(signedIn).not.toHaveProperty('refresh_token');
    const set = response.headers.getSetCookie();
    const flags = (name: string) =>
      (set.find((line) => line.startsWith(`${name}=`)) ?? '').split('; ').slice(1);
    expect(set).toHaveLength(3);
    expect(flags('runyard_access')).toEqual(expect.arrayContaining(['HttpOnly', 'Path=/']));
    expect(flags('runyard_refresh')).toEqual(
      expect.arrayContaining(['HttpOnly', 'Path=/api/auth']),
    );
    expect(flags('runyard_csrf')).not.toContain('HttpOnly');
    for (const line of set) {
      expect(line).toContain('; SameSite=Lax');
      expect(line).not.toContain('Secure');
      expect(line).not.toContain('Domain');
    }
  });

  it.each([
    ['http://runyard.example/', true],
    ['https://localhost/', true],
    ['http://localhost:3000/', false],
    ['http://127.0.0.1:3000/', false],
    ['http://[::1]:3000/', false],
    ['http://127.0.0.1.evil.example/', true],
  ])('are for TLS only at %s: %s', async (base, secure) => {
    const { username } = await makePerson(world);
    const response = await world.app.request(`${base}api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password: PASSWORD, cookies: true }),
    });
    const set = response.headers.getSetCookie();
    expect(set).toHaveLength(3);
    for (const line of set) expect(line.includes('; Secure')).toBe(secure);
  });

  it('open the API, are refreshed, and end with the session', async () => {
    const { username } = await makePerson(world);
    const browser = await Browser.signedIn(world, username);
    expect((await browser.send('/api/jobs')).status).toBe(200);
    const before = new Map(browser.cookies);
    const renewed = await browser.send('/api/auth/refresh', { method: 'POST' });
    expect(renewed.status).toBe(200);
    expect(browser.cookies.get('runyard_refresh')).not.toBe(before.get('runyard_refresh'));
    expect(browser.cookies.get('runyard_csrf')).toBe(before.get('runyard_csrf'));
    browser.cookies.delete('runyard_access');
    expect((await browser.send('/api/auth/refresh', { method: 'POST' })).status).toBe(200);
    const last = new Map(browser.cookies);
    expect((await browser.send('/api/auth/logout', { method: 'POST' })).status).toBe(204);
    expect([...browser.cookies]).toEqual([]);
    for (const [name, value] of last) browser.cookies.set(name, value);
    expect((await browser.send('/api/jobs')).status).toBe(401);
    expect((await browser.send('/api/auth/refresh', { method: 'POST' })).status).toBe(401);
  });

  it('let somebody out whose access token has lapsed', async () => {
    const { username, userId } = await makePerson(world);
    const browser = await Browser.signedIn(world, username);
    browser.cookies.delete('runyard_access');
    expect((await browser.send('/api/auth/logout', { method: 'POST' })).status).toBe(204);
    const [session] = await world.records.session.findMany({ where: { userId } });
    expect(session?.endReason).toBe('signed_out');
  });

  it('count for nothing beside a bearer token', async () => {
    const { username } = await makePerson(world);
    const browser = await Browser.signedIn(world, username);
    expect((await browser.send('/api/jobs', { headers: bearer('wrong') })).status).toBe(401);
  });
});

describe('a request that another site sets off', () => {
  const changes = ['/api/jobs/1-1/cancel', '/api/auth/logout', '/api/auth/refresh'];

  it.each(changes)('changes nothing by cookies: %s', async (path) => {
    const { username, userId } = await makePerson(world, { role: 'operator' });
    const browser = await Browser.signedIn(world, username);
    const other = await Browser.signedIn(world, username);
    const csrf = other.cookies.get('runyard_csrf') ?? '';
    for (const headers of [
      { 'X-CSRF-Token': '' },
      { 'X-CSRF-Token': 'x' },
      // of another session of the same user
      { 'X-CSRF-Token': csrf },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const response = await browser.send(path, { method: 'POST', headers });
      expect([headers, response.status]).toEqual([headers, 403]);
      expect(await codeOf(response)).toBe('cross_site_request');
    }
    const open = await world.records.session.count({ where: { userId, endedAt: null } });
    expect(open).toBe(2);
    const tokens = await world.records.refreshToken.findMany({ where: { session: { userId } } });
    expect(tokens.map(({ usedAt }) => usedAt)).toEqual([null, null]);
    expect((await auditOf(world, 'cross_site.refused')).length).toBeGreaterThan(0);
    expect((await browser.send(path, { method: 'POST' })).status).not.toBe(403);
  });

  it('is told by its origin where the browser says no more', async () => {
    const { username } = await makePerson(world, { role: 'operator' });
    const browser = await Browser.signedIn(world, username);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const cancel = (origin: string) =>
      send(world, '/api/jobs/1-1/cancel', {
        method: 'POST',
        headers: {
          Cookie: cookie,
          Origin: origin,
          'X-CSRF-Token': browser.cookies.get('runyard_csrf') ?? '',
        },
      });
    expect((await cancel('http://evil.example')).status).toBe(403);
    expect((await cancel('null')).status).toBe(403);
    expect((await cancel('http://localhost')).status).toBe(404);
    expect((await cancel('https://localhost')).status).toBe(404);
  });

  it('signs nobody in', async () => {
    const { username } = await makePerson(world);
    const response = await login(world, username, PASSWORD, {
      cookies: true,
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('reads what it may, and bearer tokens need none of it', async () => {
    const { username } = await makePerson(world);
    const browser = await Browser.signedIn(world, username);
    const { cookies } = browser;
    cookies.delete('runyard_csrf');
    expect((await browser.send('/api/jobs')).status).toBe(200);
    const headers = { ...bearer(ADMIN_TOKEN), Origin: 'http://elsewhere.example' };
    const response = await send(world, '/api/jobs/1-1/cancel', { method: 'POST', headers });
    expect(response.status).toBe(404);
  });
});

it('names the ways in', async () => {
  const response = await send(world, '/api/auth/methods');
  expect(await response.json()).toEqual({ password: true, oidc: [] });
});
