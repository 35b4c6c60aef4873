import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, ApiWorld } from '../api.world.ts';
import type { Problem } from '../schemas/problem.ts';
import type { Session } from '../schemas/session.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const anonymous = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  Promise.resolve(world.app.request(path, { headers, method }));

const signIn = (token: string, headers: Record<string, string> = {}) =>
  Promise.resolve(
    world.app.request('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    }),
  );

async function cookie(): Promise<string> {
  const response = await signIn(ADMIN_TOKEN);
  return (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
}

describe('a token', () => {
  it.each([
    undefined,
    'Bearer',
    'Bearer wrong',
    `Bearer ${ADMIN_TOKEN}x`,
    `Bearer ${ADMIN_TOKEN.slice(0, -1)}`,
    `Basic ${ADMIN_TOKEN}`,
    ADMIN_TOKEN,
  ])('401 for %s', async (authorization) => {
    const headers: Record<string, string> = authorization ? { Authorization: authorization } : {};
    const response = await anonymous('/api/jobs', headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(((await response.json()) as Problem).code).toBe('not_signed_in');
  });

  it('makes the administrator', async () => {
    const response = await world.request('/api/session');
    expect(await response.json()).toEqual({
      principal: expect.objectContaining({ kind: 'api_token', role: 'admin' }),
      expires_at: null,
    });
  });
});

describe('a session', () => {
  it('is opened by the token, with a cookie that scripts and other sites can not use', async () => {
    const response = await signIn(ADMIN_TOKEN);
    expect(response.status).toBe(200);
    const set = response.headers.get('Set-Cookie') ?? '';
    expect(set).toMatch(/^runyard_session=/);
    expect(set).toMatch(/; HttpOnly/);
    expect(set).toMatch(/; SameSite=Strict/);
    expect(set).not.toMatch(/; Secure/);
    expect(set).not.toContain(ADMIN_TOKEN);
    const session = (await response.json()) as Session;
    expect(session.principal.kind).toBe('session');
    const hours = (new Date(session.expires_at ?? 0).getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
  });

  it('has a secure cookie behind TLS', async () => {
    const response = await signIn(ADMIN_TOKEN, { 'X-Forwarded-Proto': 'https' });
    expect(response.headers.get('Set-Cookie')).toMatch(/; Secure/);
  });

  it('opens the API', async () => {
    const headers = { Cookie: await cookie() };
    expect((await anonymous('/api/jobs', headers)).status).toBe(200);
    const session = (await (await anonymous('/api/session', headers)).json()) as Session;
    expect(session.expires_at).toEqual(expect.any(String));
  });

  it('is not opened by another token', async () => {
    const response = await signIn('another');
    expect(response.status).toBe(401);
    expect(response.headers.get('Set-Cookie')).toBeNull();
  });

  it.each([[{}], [{ token: '' }], [{ token: 1 }], [{ token: 'x', more: true }], ['x'], [null]])(
    '422 for %j',
    async (body) => {
      const response = await world.app.request('/api/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(422);
    },
  );

  it('can not be forged or prolonged', async () => {
    const [name, value = ''] = (await cookie()).split(/=(.*)/s);
    const [expiry, signature] = decodeURIComponent(value).split(/\.(.*)/s);
    for (const forged of [
      `${Number(expiry) + 1}.${signature}`,
      `${expiry}.${'A'.repeat(43)}=`,
      expiry,
      'x',
      '',
    ]) {
      const headers = { Cookie: `${name}=${encodeURIComponent(forged ?? '')}` };
      expect((await anonymous('/api/jobs', headers)).status).toBe(401);
    }
  });

  it('ends with the token that opened it', async () => {
    const headers = { Cookie: await cookie() };
    const rotated = await ApiWorld.start({ ADMIN_TOKEN: 'the next token' });
    try {
      expect((await rotated.app.request('/api/jobs', { headers })).status).toBe(401);
    } finally {
      await rotated.stop();
    }
  });

  it('is left by signing out', async () => {
    const headers = { Cookie: await cookie(), 'Sec-Fetch-Site': 'same-origin' };
    const response = await anonymous('/api/session', headers, 'DELETE');
    expect(response.status).toBe(204);
    expect(response.headers.get('Set-Cookie')).toMatch(/runyard_session=;.*Max-Age=0/);
  });

  it('does not count for requests from other sites', async () => {
    const session = await cookie();
    const cancel = (headers: Record<string, string>) =>
      anonymous('/api/jobs/1-1/cancel', { Cookie: session, ...headers }, 'POST');
    for (const headers of [
      {},
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'http://evil.example' },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'http://evil.example' },
    ]) {
      const response = await cancel(headers);
      expect(response.status).toBe(403);
      expect(((await response.json()) as Problem).code).toBe('cross_site_request');
    }
    expect((await cancel({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(404);
    expect((await cancel({ Origin: 'http://localhost' })).status).toBe(404);
  });

  it('is no way around a wrong token', async () => {
    const headers = { Cookie: await cookie(), Authorization: 'Bearer wrong' };
    expect((await anonymous('/api/jobs', headers)).status).toBe(401);
  });
});

it('limits sign-ins from one address', async () => {
  const limited = await ApiWorld.start();
  try {
    const tries = Array.from({ length: 31 }, () =>
      limited.app.request('/api/session', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"guess"}',
      }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  } finally {
    await limited.stop();
  }
});

it('limits requests of one principal, and says how many are left', async () => {
  const limited = await ApiWorld.start({ API_RATE_LIMIT: '2' });
  try {
    const first = await limited.request('/api/jobs');
    expect(first.headers.get('RateLimit-Limit')).toBe('2');
    expect(first.headers.get('RateLimit-Remaining')).toBe('1');
    // Those who are not signed in have a count of their own.
    expect((await limited.app.request('/api/jobs')).status).toBe(401);
    expect((await limited.request('/api/hosts')).status).toBe(200);
    const refused = await limited.request('/api/jobs');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(((await refused.json()) as Problem).code).toBe('too_many_requests');
  } finally {
    await limited.stop();
  }
});
