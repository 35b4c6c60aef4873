import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';

let world: ApiWorld;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-web-'));
  const web = join(folder, 'web');
  await mkdir(join(web, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(web, 'index.html'), '<!doctype html><title>Runyard</title>');
  await writeFile(join(web, 'favicon.svg'), '<svg/>');
  await writeFile(join(web, 'assets', 'index-abc123.js'), 'console.log(1)');
  world = await ApiWorld.start({}, { dashboardFolder: web });
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, accept = 'text/html,*/*') =>
  Promise.resolve(world.app.request(path, { headers: { Accept: accept } }));

it.each(['/', '/jobs', '/jobs/1-2', '/hosts?state=lost'])(
  'answers the page at %s',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(response.headers.get('Cache-Control')).toBe('no-cache');
    expect(response.headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(await response.text()).toContain('<title>Runyard</title>');
  },
);

it('answers files, those with their content in their name for ever', async () => {
  const script = await get('/assets/index-abc123.js');
  expect(script.headers.get('Content-Type')).toMatch(/javascript/);
  expect(script.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
  expect(await script.text()).toBe('console.log(1)');
  const icon = await get('/favicon.svg');
  expect(icon.headers.get('Content-Type')).toMatch(/svg/);
  expect(icon.headers.get('Cache-Control')).toBe('no-cache');
});

it.each(['/api/nothing', '/api', '/assets/index-old.js', '/docs/nothing', '/metrics/x'])(
  'is no page at %s',
  async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  },
);

it('is a page only for who wants one', async () => {
  expect((await get('/jobs', 'application/json')).status).toBe(404);
  const posted = await world.app.request('/jobs', { method: 'POST' });
  expect(posted.status).toBe(404);
});

it.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/..%5c..%5csecret.txt',
])('answers no file beside it at %s', async (path) => {
  expect(await (await get(path)).text()).not.toContain('secret\n');
  expect(await (await get(path, '*/*')).text()).not.toBe('secret');
});

it('does without a dashboard that is not built', async () => {
  const bare = await ApiWorld.start({}, { dashboardFolder: join(folder, 'nothing') });
  try {
    expect((await bare.app.request('/', { headers: { Accept: 'text/html' } })).status).toBe(404);
  } finally {
    await bare.stop();
  }
});
