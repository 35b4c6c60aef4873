import type { Octokit } from '@octokit/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeRunner } from '../runner/fake-runner.world.ts';
import { startTestGithub, type TestGithub } from '../simulator.world.ts';

let github: TestGithub;
let octokit: Octokit;
beforeAll(async () => {
  github = await startTestGithub();
  octokit = await github.octokit('acme');
});
afterAll(() => github.close());

let count = 0;
/** A repository that no other test uses. */
async function freshRepository() {
  count += 1;
  await github.control('POST', '/repositories', { full_name: `acme/repository-${count}` });
  return { owner: 'acme', repo: `repository-${count}` };
}

const mintRoute = 'POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig';
const asked = { runner_group_id: 1, labels: ['self-hosted', 'gpu'] };

it('mints a JIT configuration, once for a name', async () => {
  const repository = await freshRepository();
  const { data, status } = await octokit.request(mintRoute, {
    ...repository,
    ...asked,
    name: 'one',
  });
  expect(status).toBe(201);
  expect(data.runner).toMatchObject({
    name: 'one',
    status: 'offline',
    busy: false,
    ephemeral: true,
  });
  expect(data.runner.labels.map(({ name, type }) => [name, type])).toEqual([
    ['self-hosted', 'read-only'],
    ['gpu', 'custom'],
  ]);
  await expect(
    octokit.request(mintRoute, { ...repository, ...asked, name: 'one' }),
  ).rejects.toMatchObject({ status: 409, message: expect.stringContaining('Already exists') });
  const elsewhere = await freshRepository();
  await octokit.request(mintRoute, { ...elsewhere, ...asked, name: 'one' });
});

it.each([
  ['no label', { labels: [] }],
  ['too many labels', { labels: Array.from({ length: 101 }, (_, index) => `label-${index}`) }],
  ['no name', { name: '' }],
  ['no group', { runner_group_id: undefined as unknown as number }],
])('refuses a JIT configuration with %s', async (_, change) => {
  const repository = await freshRepository();
  await expect(
    octokit.request(mintRoute, { ...repository, ...asked, name: 'one', ...change }),
  ).rejects.toMatchObject({ status: 422 });
});

it('knows no other repository and no other group', async () => {
  const repository = await freshRepository();
  const mint = (change: object) =>
    octokit.request(mintRoute, { ...repository, ...asked, name: 'one', ...change });
  await expect(mint({ repo: 'none' })).rejects.toMatchObject({ status: 404 });
  await expect(mint({ runner_group_id: 2 })).rejects.toMatchObject({ status: 404 });
});

it('lists runners by page and by name, gets and deletes them', async () => {
  const repository = await freshRepository();
  for (const name of ['one', 'two', 'three']) {
    await octokit.request(mintRoute, { ...repository, ...asked, name });
  }
  const list = 'GET /repos/{owner}/{repo}/actions/runners';
  const { data, headers } = await octokit.request(list, { ...repository, per_page: 2 });
  expect(data.total_count).toBe(3);
  expect(data.runners.map(({ name }) => name)).toEqual(['one', 'two']);
  expect(headers.link).toContain('page=2>; rel="next"');
  const { data: named } = await octokit.request(list, { ...repository, name: 'two' });
  expect(named.runners.map(({ name }) => name)).toEqual(['two']);
  const runner = { ...repository, runner_id: named.runners[0]?.id ?? 0 };
  const one = 'GET /repos/{owner}/{repo}/actions/runners/{runner_id}';
  expect((await octokit.request(one, runner)).data).toEqual(named.runners[0]);
  const remove = 'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}';
  expect((await octokit.request(remove, runner)).status).toBe(204);
  await expect(octokit.request(one, runner)).rejects.toMatchObject({ status: 404 });
  await expect(octokit.request(remove, runner)).rejects.toMatchObject({ status: 404 });
});

it('serves organizations too, apart from their repositories', async () => {
  const { data } = await octokit.request('POST /orgs/{org}/actions/runners/generate-jitconfig', {
    org: 'acme',
    ...asked,
    name: 'shared',
  });
  const one = { org: 'acme', runner_id: data.runner.id };
  const { data: listed } = await octokit.request('GET /orgs/{org}/actions/runners', {
    org: 'acme',
  });
  expect(listed.runners.map(({ name }) => name)).toEqual(['shared']);
  const { data: groups } = await octokit.request('GET /orgs/{org}/actions/runner-groups', {
    org: 'acme',
  });
  expect(groups.runner_groups[0]).toMatchObject({ id: 1, name: 'Default' });
  await octokit.request('DELETE /orgs/{org}/actions/runners/{runner_id}', one);
});

it('gives registration and removal tokens', async () => {
  const repository = await freshRepository();
  for (const kind of ['registration-token', 'remove-token'] as const) {
    const { data, status } = await octokit.request(
      `POST /repos/{owner}/{repo}/actions/runners/${kind}`,
      repository,
    );
    expect(status).toBe(201);
    const life = Date.parse(data.expires_at) - Date.now();
    expect(life).toBeGreaterThan(3_500_000);
    expect(life).toBeLessThanOrEqual(3_600_000);
  }
});

it('refuses to delete a busy runner', async () => {
  const repository = await freshRepository();
  const { data } = await octokit.request(mintRoute, { ...repository, ...asked, name: 'one' });
  const job = await github.queue(`acme/${repository.repo}`);
  const runner = await FakeRunner.connect(data.encoded_jit_config);
  await runner.hear(`job ${job.id}`);
  runner.say(`accept ${job.id}`);
  await github.waitFor(job, 'in_progress');
  const one = { ...repository, runner_id: data.runner.id };
  const remove = 'DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}';
  const { data: shown } = await octokit.request(
    'GET /repos/{owner}/{repo}/actions/runners/{runner_id}',
    one,
  );
  expect(shown).toMatchObject({ status: 'online', busy: true });
  await expect(octokit.request(remove, one)).rejects.toMatchObject({ status: 422 });
  runner.say(`result ${job.id} Succeeded`);
  await runner.hear('goodbye');
  await expect(octokit.request(remove, one)).rejects.toMatchObject({ status: 404 });
});

it('can be late with "busy", as GitHub is, and then lose the job', async () => {
  const repository = await freshRepository();
  await github.control('PATCH', '/settings', { stale_busy_seconds: 60 });
  const { data } = await octokit.request(mintRoute, { ...repository, ...asked, name: 'one' });
  const job = await github.queue(`acme/${repository.repo}`);
  const runner = await FakeRunner.connect(data.encoded_jit_config);
  await runner.hear('job');
  runner.say(`accept ${job.id}`);
  await github.waitFor(job, 'in_progress');
  const one = { ...repository, runner_id: data.runner.id };
  const { data: shown } = await octokit.request(
    'GET /repos/{owner}/{repo}/actions/runners/{runner_id}',
    one,
  );
  expect(shown.busy).toBe(false);
  await octokit.request('DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}', one);
  await runner.hear('removed');
  expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'failure' });
  await github.control('PATCH', '/settings', { stale_busy_seconds: 0 });
});
