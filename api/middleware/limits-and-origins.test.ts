import { afterEach, describe, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';
import { bearer, login, makePerson, send } from '../identity/identity.world.ts';
import type { Problem } from '../schemas/problem.ts';
import { allowOrigins } from './cors.ts';

let world: ApiWorld | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

describe('limits', () => {
  it('count the requests of each principal, and say how many are left', async () => {
    world = await ApiWorld.start({ API_RATE_LIMIT: '3', WRITE_RATE_LIMIT: '2' });
    const first = await world.request('/api/jobs');
    expect(first.headers.get('RateLimit')).toMatch(/^limit=3, remaining=2, reset=\d+$/);
    expect(first.headers.get('RateLimit-Policy')).toBe('3;w=60');
    // Somebody else has a count of their own.
    const viewer = await world.as('viewer');
    expect((await viewer.request('/api/jobs')).headers.get('RateLimit')).toMatch(/remaining=2/);
    await world.request('/api/hosts');
    await world.request('/api/jobs');
    const refused = await world.request('/api/jobs');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(refused.headers.get('RateLimit')).toMatch(/remaining=0/);
    expect(((await refused.json()) as Problem).code).toBe('too_many_requests');
  });

  it('count what changes something apart', async () => {
    world = await ApiWorld.start({ API_RATE_LIMIT: '100', WRITE_RATE_LIMIT: '2' });
    const first = await world.post('/api/jobs/1-1/cancel');
    expect(first.headers.get('RateLimit-Policy')).toBe('2;w=60');
    await world.post('/api/jobs/1-1/retry');
    expect((await world.post('/api/jobs/1-1/cancel')).status).toBe(429);
    expect((await world.request('/api/jobs')).status).toBe(200);
  });

  it('count those that are not signed in by their address, whatever tokens they try', async () => {
    world = await ApiWorld.start({ ANONYMOUS_RATE_LIMIT: '5' });
    const answers = [];
    for (let guess = 0; guess < 7; guess += 1) {
      const headers = bearer(`ryt_${guess}`);
      answers.push(await send(world, '/api/jobs', { headers, from: '192.0.2.1' }));
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await send(world, '/api/jobs', { from: '192.0.2.2' })).status).toBe(401);
    expect((await world.request('/api/jobs')).status).toBe(200);
  });

  it('count sign-ins of one address', async () => {
    world = await ApiWorld.start({ SIGN_IN_RATE_LIMIT: '2' });
    const { username } = await makePerson(world);
    const of = world;
    const answers = await Promise.all(Array.from({ length: 4 }, () => login(of, username)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(((await (refused as Response).json()) as Problem).code).toBe('too_many_requests');
  });
});

describe('pages of other origins', () => {
  const preflight = (of: ApiWorld, origin: string) =>
    send(of, '/api/jobs/1-1/cancel', {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
  const allowed = (response: Response) => response.headers.get('Access-Control-Allow-Origin');

  it('may not call the API', async () => {
    world = await ApiWorld.start();
    expect(allowed(await preflight(world, 'https://tools.example'))).toBeNull();
    const headers = { Origin: 'https://tools.example' };
    expect(allowed(await world.request('/api/jobs', { headers }))).toBeNull();
  });

  it('may when they are named, with tokens but never with cookies', async () => {
    world = await ApiWorld.start({ CORS_ORIGINS: 'https://tools.example, https://b.example' });
    const asked = await preflight(world, 'https://tools.example');
    expect([asked.status, allowed(asked)]).toEqual([204, 'https://tools.example']);
    expect(asked.headers.get('Access-Control-Allow-Headers')).toContain('Authorization');
    expect(asked.headers.get('Access-Control-Allow-Headers')).not.toContain('X-CSRF-Token');
    for (const path of ['/api/jobs', '/api/nothing', '/api/jobs/1-1']) {
      const headers = { Origin: 'https://b.example' };
      const response = await world.request(path, { headers });
      expect([path, allowed(response)]).toEqual([path, 'https://b.example']);
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
      expect(response.headers.get('Vary')).toContain('Origin');
    }
    for (const origin of ['https://evil.example', 'null', 'https://tools.example.evil.example']) {
      expect(allowed(await preflight(world, origin))).toBeNull();
    }
  });

  it.each(['https://tools.example/', 'tools.example', '*', 'https://*.example'])(
    'are named exactly, not as %s',
    (origin) => {
      expect(() => allowOrigins(['https://a.example', origin])).toThrow('CORS_ORIGINS');
    },
  );
});
