import { connect } from 'node:net';
import type { Octokit } from '@octokit/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestGithub, type TestGithub } from '../simulator.world.ts';

let github: TestGithub;
let octokit: Octokit;
beforeEach(async () => {
  github = await startTestGithub();
  await github.control('POST', '/repositories', { full_name: 'acme/shop' });
  octokit = await github.octokit('acme');
});
afterEach(() => github.close());

const repository = { owner: 'acme', repo: 'shop' };
const route = 'GET /repos/{owner}/{repo}';

it('tells the budget with every answer, and refuses when it is spent', async () => {
  await github.control('PATCH', '/settings', { rate_limit: 3 });
  const { headers } = await octokit.request(route, repository);
  expect(headers).toMatchObject({
    'x-ratelimit-limit': '3',
    'x-ratelimit-remaining': '2',
    'x-ratelimit-used': '1',
  });
  expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000);
  await octokit.request(route, repository);
  await octokit.request(route, repository);
  await expect(octokit.request(route, repository)).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  });
  const { data } = await octokit.request('GET /rate_limit');
  expect(data.rate).toMatchObject({ limit: 3, remaining: 0 });
});

it('answers 304 to what the caller has already, and counts it not', async () => {
  const first = await octokit.request(route, repository);
  const again = octokit.request(route, {
    ...repository,
    headers: { 'if-none-match': first.headers.etag },
  });
  await expect(again).rejects.toMatchObject({ status: 304 });
  const { headers } = await octokit.request(route, repository);
  expect(headers['x-ratelimit-used']).toBe('2');
});

it('holds the secondary limit where it is switched on', async () => {
  await github.control('PATCH', '/settings', { points_per_minute: 11 });
  const mint = (name: string) =>
    octokit.request('POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig', {
      ...repository,
      name,
      runner_group_id: 1,
      labels: ['self-hosted'],
    });
  await mint('one');
  await mint('two');
  await expect(mint('three')).rejects.toMatchObject({
    status: 403,
    response: {
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      data: { message: expect.stringContaining('secondary rate limit') },
    },
  });
});

it('sends the headers that GitHub sends', async () => {
  const { headers } = await octokit.request(route, {
    ...repository,
    headers: { 'x-github-api-version': '2022-11-28' },
  });
  expect(headers['x-github-request-id']).toMatch(/^[0-9A-F]{4}:/);
  expect(headers['x-github-api-version-selected' as keyof typeof headers]).toBe('2022-11-28');
  await expect(
    octokit.request(route, { ...repository, headers: { 'x-github-api-version': '1999-01-01' } }),
  ).rejects.toMatchObject({ status: 400 });
});

it('wants a user agent', async () => {
  const { hostname, port } = new URL(github.simulator.url);
  const socket = connect(Number(port), hostname);
  socket.end('GET /app HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1.1 403/);
});

it('keeps the control API from browsers', async () => {
  const answer = await fetch(`${github.simulator.controlUrl}/state`, {
    headers: { origin: 'https://example.com' },
  });
  expect(answer.status).toBe(403);
});
