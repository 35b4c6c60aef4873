import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from './api-error.ts';
import { renewSession } from './renew-session.ts';
import { type Renewals, renewalsIn } from './renewals.ts';

let renewals: Renewals;
/** Statuses of the answers to come, by path; the last one stays. */
let answers: Record<string, number[]>;
let asked: string[];

beforeEach(() => {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  } as unknown as Storage;
  renewals = renewalsIn(() => storage);
  answers = { '/api/auth/refresh': [200] };
  asked = [];
  vi.stubGlobal('document', { cookie: 'other=1; runyard_csrf=the%3Dtoken' });
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    const [status = 500, ...rest] = answers[path] ?? [];
    if (rest.length > 0) answers[path] = rest;
    await Promise.resolve();
    return new Response('{}', { status });
  });
});
afterEach(() => void vi.unstubAllGlobals());

const now = () => Date.now();

it('asks once for all that were refused at the same time', async () => {
  const refused = now();
  const all = [1, 2, 3].map(() => renewSession(refused, renewals));
  expect(await Promise.all(all)).toEqual([true, true, true]);
  expect(asked).toEqual(['/api/auth/refresh']);
});

it('asks again for what was refused after the last renewal', async () => {
  await renewSession(now(), renewals);
  await renewSession(now() + 1000, renewals);
  expect(asked).toEqual(['/api/auth/refresh', '/api/auth/refresh']);
});

it.each([401, 403])('says that the session is over at %i', async (status) => {
  answers = { '/api/auth/refresh': [status] };
  expect(await renewSession(now(), renewals)).toBe(false);
  expect(renewals.underWaySince()).toBeNull();
});

it('passes on that the server can not say', async () => {
  answers = { '/api/auth/refresh': [503] };
  await expect(renewSession(now(), renewals)).rejects.toThrow(ApiError);
  expect(renewals.underWaySince()).toBeNull();
});

it('asks nothing where nobody was signed in', async () => {
  vi.stubGlobal('document', { cookie: '' });
  expect(await renewSession(now(), renewals)).toBe(false);
  expect(asked).toEqual([]);
});

it('waits for the answer to what a page asked that was left', async () => {
  renewals.begin();
  answers = { '/api/auth/profile': [401, 200] };
  expect(await renewSession(now() + 1000, renewals)).toBe(true);
  expect(asked).toEqual(['/api/auth/profile', '/api/auth/profile']);
  expect(renewals.underWaySince()).toBeNull();
});

it('works where storage is forbidden', async () => {
  const forbidden = renewalsIn(() => {
    throw new Error('forbidden');
  });
  const refused = now();
  await renewSession(refused, forbidden);
  await renewSession(refused, forbidden);
  expect(asked).toEqual(['/api/auth/refresh']);
});
