import type { Octokit } from '@octokit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestGithub, type TestGithub } from '../simulator.world.ts';

let github: TestGithub;
let octokit: Octokit;
beforeEach(async () => {
  github = await startTestGithub();
  await github.control('POST', '/repositories', { full_name: 'acme/shop' });
  octokit = await github.octokit('acme');
  await octokit.request('GET /installation/repositories');
});
afterEach(() => github.close());

const mint = (name = 'one') =>
  octokit.request('POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig', {
    owner: 'acme',
    repo: 'shop',
    name,
    runner_group_id: 1,
    labels: ['self-hosted'],
  });
const plant = (fault: object) => github.control<{ id: number }>('POST', '/faults', fault);
const runnerNames = async () =>
  (await github.control<{ runners: { name: string }[] }>('GET', '/runners')).runners.map(
    ({ name }) => name,
  );

it('fails what matches, as often as was asked', async () => {
  await plant({
    kind: 'error',
    status: 500,
    method: 'post',
    route: '/repos/*/*/actions/runners/generate-jitconfig',
    count: 2,
  });
  await octokit.request('GET /installation/repositories');
  await expect(mint()).rejects.toMatchObject({ status: 500 });
  await expect(mint()).rejects.toMatchObject({ status: 500 });
  expect(await runnerNames()).toEqual([]);
  await mint();
  expect(await runnerNames()).toEqual(['one']);
});

it('fails by chance, the same way for the same seed', async () => {
  const strike = async (seed: number) => {
    const { id } = await plant({ kind: 'error', count: 0, probability: 0.5, seed });
    const row: boolean[] = [];
    for (let count = 0; count < 12; count += 1) {
      row.push(
        await octokit.request('GET /installation/repositories').then(
          () => true,
          () => false,
        ),
      );
    }
    await github.control('DELETE', `/faults/${id}`);
    return row;
  };
  const row = await strike(42);
  expect(new Set(row).size).toBe(2);
  expect(await strike(42)).toEqual(row);
  expect(await strike(43)).not.toEqual(row);
});

it.each([
  [{ status: 429, retry_after: 7 }, 429, { 'retry-after': '7' }],
  [{ reset_seconds: 100 }, 403, { 'x-ratelimit-remaining': '0' }],
])('limits the rate %o', async (fault, status, headers) => {
  await plant({ kind: 'rate_limited', ...fault });
  await expect(mint()).rejects.toMatchObject({ status, response: { headers } });
});

it('drops a connection before anything was done', async () => {
  await plant({ kind: 'dropped' });
  await expect(mint()).rejects.toMatchObject({ status: 500, response: undefined });
  expect(await runnerNames()).toEqual([]);
});

it('drops a connection after all was done', async () => {
  await plant({ kind: 'dropped_after' });
  await expect(mint()).rejects.toMatchObject({ response: undefined });
  expect(await runnerNames()).toEqual(['one']);
  await expect(mint()).rejects.toMatchObject({ status: 409 });
});

it('hangs until the caller gives up, with or without doing it', async () => {
  await plant({ kind: 'hang' });
  const { signal, abort } = givingUp();
  const hanging = octokit.request('GET /installation/repositories', { request: { signal } });
  abort();
  await expect(hanging).rejects.toThrow(/abort/i);
  await plant({ kind: 'hang_after', route: '/**/generate-jitconfig' });
  const done = mint('two').catch(() => {});
  await expect.poll(runnerNames).toEqual(['two']);
  await github.close();
  await done;
  github = await startTestGithub();
});

it('answers late', async () => {
  await plant({ kind: 'latency', milliseconds: 20 });
  expect((await mint()).status).toBe(201);
});

it('is written down with each request', async () => {
  await github.control('DELETE', '/requests');
  await plant({ kind: 'error', status: 503 });
  await mint().catch(() => {});
  await plant({ kind: 'dropped' });
  await mint().catch(() => {});
  await mint();
  const { requests } = await github.control<{ requests: object[] }>('GET', '/requests');
  const route = '/repos/:owner/:repo/actions/runners/generate-jitconfig';
  expect(requests).toMatchObject([
    { method: 'POST', status: 503, fault: 'error' },
    { status: null, fault: 'dropped' },
    { status: 201, fault: null, route, actor: expect.stringMatching(/^installation \d+$/) },
  ]);
});

it('refuses a fault that it does not know', async () => {
  await expect(plant({ kind: 'earthquake' })).rejects.toThrow(/^400/);
  await expect(plant({ kind: 'error', rout: '/app' })).rejects.toThrow(/^400/);
});

function givingUp() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => setImmediate(() => controller.abort()) };
}
