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

interface ControlRunner {
  id: number;
  name: string;
  repository: string | null;
  organization: string | null;
  labels: string[];
  status: string;
  busy: boolean;
  ephemeral: boolean;
  jit_config: string;
}

let count = 0;
async function freshRepository() {
  count += 1;
  await github.control('POST', '/repositories', { full_name: `acme/registered-${count}` });
  return { owner: 'acme', repo: `registered-${count}` };
}
async function tokenOf(repository: { owner: string; repo: string }): Promise<string> {
  const { data } = await octokit.request(
    'POST /repos/{owner}/{repo}/actions/runners/registration-token',
    repository,
  );
  return data.token;
}
const configure = (body: object) => github.control<ControlRunner>('POST', '/runners', body);

const show = 'GET /repos/{owner}/{repo}/actions/runners/{runner_id}';
const labelsRoute = 'GET /repos/{owner}/{repo}/actions/runners/{runner_id}/labels';

it('registers a runner by token, with labels of its own choice', async () => {
  const repository = await freshRepository();
  const token = await tokenOf(repository);
  const runner = await configure({ token, name: 'own', labels: ['gpu'], ephemeral: true });
  expect(runner).toMatchObject({
    repository: `acme/${repository.repo}`,
    labels: ['self-hosted', 'Linux', 'X64', 'gpu'],
    status: 'offline',
  });
  const { data } = await octokit.request(show, { ...repository, runner_id: runner.id });
  expect(data).toMatchObject({ name: 'own', status: 'offline', ephemeral: true });
  await expect(configure({ token, name: 'OWN' })).rejects.toThrow('409');
  const again = await configure({ token, name: 'Own', replace: true });
  expect(again.id).not.toBe(runner.id);
  await expect(octokit.request(show, { ...repository, runner_id: runner.id })).rejects.toThrow();
});

it('knows tokens of organizations, and none that has expired', async () => {
  const { data } = await octokit.request('POST /orgs/{org}/actions/runners/registration-token', {
    org: 'acme',
  });
  const runner = await configure({ token: data.token, name: 'shared' });
  expect(runner).toMatchObject({ organization: 'acme', repository: null });
  await github.control('PATCH', '/settings', { registration_token_seconds: 0 });
  const token = await tokenOf(await freshRepository());
  await expect(configure({ token, name: 'late' })).rejects.toThrow('404');
  await github.control('PATCH', '/settings', { registration_token_seconds: 3600 });
  await expect(configure({ token: 'made-up', name: 'late' })).rejects.toThrow('404');
});

it('has runner groups, by page', async () => {
  const { id } = await github.control<{ id: number }>('POST', '/organizations/acme/runner-groups', {
    name: 'graphics',
  });
  const groups = 'GET /orgs/{org}/actions/runner-groups';
  const { data, headers } = await octokit.request(groups, { org: 'acme', per_page: 1, page: 2 });
  expect(data).toMatchObject({ total_count: 2, runner_groups: [{ id, name: 'graphics' }] });
  expect(headers.link).toContain('rel="prev"');
  const { data: minted } = await octokit.request(
    'POST /orgs/{org}/actions/runners/generate-jitconfig',
    { org: 'acme', name: 'grouped', runner_group_id: id, labels: ['self-hosted'] },
  );
  expect(minted.runner.runner_group_id).toBe(id);
  const one = 'GET /orgs/{org}/actions/runner-groups/{runner_group_id}';
  expect((await octokit.request(one, { org: 'acme', runner_group_id: id })).data.name).toBe(
    'graphics',
  );
  await expect(
    octokit.request(one, { org: 'acme', runner_group_id: id + 1 }),
  ).rejects.toMatchObject({ status: 404 });
});

it('changes custom labels, and leaves those that the machine gave', async () => {
  const repository = await freshRepository();
  const token = await tokenOf(repository);
  const { id } = await configure({ token, name: 'labelled', labels: ['gpu', 'big'] });
  const one = { ...repository, runner_id: id };
  const names = ({ data }: { data: { labels: { name: string }[] } }) =>
    data.labels.map(({ name }) => name);
  const system = ['self-hosted', 'Linux', 'X64'];
  expect(names(await octokit.request(labelsRoute, one))).toEqual([...system, 'gpu', 'big']);
  const at = '/repos/{owner}/{repo}/actions/runners/{runner_id}/labels' as const;
  const added = await octokit.request(`POST ${at}`, { ...one, labels: ['fast', 'GPU'] });
  expect(names(added)).toEqual([...system, 'gpu', 'big', 'fast']);
  const less = await octokit.request(`DELETE ${at}/{name}`, { ...one, name: 'big' });
  expect(names(less)).toEqual([...system, 'gpu', 'fast']);
  await expect(
    octokit.request(`DELETE ${at}/{name}`, { ...one, name: 'Linux' }),
  ).rejects.toMatchObject({ status: 422 });
  await expect(
    octokit.request(`DELETE ${at}/{name}`, { ...one, name: 'none' }),
  ).rejects.toMatchObject({ status: 404 });
  expect(names(await octokit.request(`PUT ${at}`, { ...one, labels: ['small'] }))).toEqual([
    ...system,
    'small',
  ]);
  expect(names(await octokit.request(`DELETE ${at}`, one))).toEqual(system);
});

it('lets a runner without a container come online, take a job and leave', async () => {
  const repository = await freshRepository();
  const fullName = `acme/${repository.repo}`;
  const runner = await configure({ token: await tokenOf(repository), name: 'mine' });
  const one = { ...repository, runner_id: runner.id };
  const job = await github.queue(fullName);
  await github.control('POST', `/runners/${runner.id}/online`);
  await github.waitFor(job, 'in_progress');
  expect((await octokit.request(show, one)).data).toMatchObject({ status: 'online', busy: true });
  await github.control('POST', `/jobs/${job.id}/complete`, { conclusion: 'success' });
  expect((await octokit.request(show, one)).data).toMatchObject({ status: 'online', busy: false });
  await github.control('POST', `/runners/${runner.id}/offline`);
  expect((await octokit.request(show, one)).data).toMatchObject({ status: 'offline' });
  const next = await github.queue(fullName);
  await github.webhooksSent();
  expect(await github.control('GET', `/jobs/${next.id}`)).toMatchObject({ status: 'queued' });
});

it('gives a token-registered runner what it needs to connect', async () => {
  const repository = await freshRepository();
  const { jit_config: config } = await configure({
    token: await tokenOf(repository),
    name: 'connected',
    ephemeral: true,
  });
  const job = await github.queue(`acme/${repository.repo}`);
  const runner = await FakeRunner.connect(config);
  await runner.hear('job');
  runner.say(`accept ${job.id}`);
  await github.waitFor(job, 'in_progress');
  runner.say(`result ${job.id} Succeeded`);
  await runner.hear('goodbye');
});
