import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGithub, type TestGithub } from '../simulator.world.ts';

// Every answer here is also checked against GitHub's own description: see checkedOctokit.
let github: TestGithub;
beforeAll(async () => {
  github = await startTestGithub();
});
afterAll(() => github.close());

const repository = { owner: 'acme', repo: 'storefront' };

describe('the App', () => {
  it('is known, with its installations', async () => {
    await github.octokit('acme');
    const { octokit } = github.app;
    const { data: app } = await octokit.request('GET /app');
    expect(app?.id).toBe(4711);
    const { data: installations } = await octokit.request('GET /app/installations');
    expect(
      installations.map(({ account }) => account && 'login' in account && account.login),
    ).toEqual(['acme']);
    const { data: one } = await octokit.request('GET /app/installations/{installation_id}', {
      installation_id: installations[0]?.id ?? 0,
    });
    expect(one).toEqual(installations[0]);
  });

  it('finds the installation of a repository and of an organization, whatever the case', async () => {
    await github.control('POST', '/repositories', { full_name: 'acme/storefront' });
    const { octokit } = github.app;
    const { data: ofRepository } = await octokit.request('GET /repos/{owner}/{repo}/installation', {
      owner: 'ACME',
      repo: 'StoreFront',
    });
    const { data: ofOrganization } = await octokit.request('GET /orgs/{org}/installation', {
      org: 'acme',
    });
    expect(ofRepository.id).toBe(ofOrganization.id);
    await expect(
      octokit.request('GET /repos/{owner}/{repo}/installation', { owner: 'acme', repo: 'none' }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('gets tokens of an installation, for some repositories if it asks so', async () => {
    await github.control('POST', '/repositories', { full_name: 'acme/storefront' });
    await github.control('POST', '/repositories', { full_name: 'acme/payments' });
    const octokit = await github.octokit('acme');
    const all = await octokit.request('GET /installation/repositories');
    expect(all.data.repositories.map(({ name }) => name)).toEqual(['storefront', 'payments']);
    const { data: installation } = await github.app.octokit.request(
      'GET /orgs/{org}/installation',
      {
        org: 'acme',
      },
    );
    const { data } = await github.app.octokit.request(
      'POST /app/installations/{installation_id}/access_tokens',
      { installation_id: installation.id, repositories: ['payments'] },
    );
    const answer = await fetch(`${github.simulator.url}/installation/repositories`, {
      headers: { authorization: `token ${data.token}` },
    });
    expect(((await answer.json()) as { total_count: number }).total_count).toBe(1);
    const other = await fetch(`${github.simulator.url}/repos/acme/storefront`, {
      headers: { authorization: `token ${data.token}` },
    });
    expect(other.status).toBe(404);
  });
});

describe('repositories, runs and jobs', () => {
  it('are shown as GitHub shows them', async () => {
    const job = await github.queue('acme/storefront', { name: 'unit tests' });
    const octokit = await github.octokit('acme');
    const { data: shown } = await octokit.request('GET /repos/{owner}/{repo}', repository);
    expect(shown).toMatchObject({ full_name: 'acme/storefront', default_branch: 'main' });
    const { data: runs } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs', {
      ...repository,
      status: 'queued',
    });
    expect(runs.workflow_runs[0]).toMatchObject({ id: job.run_id, status: 'queued' });
    const { data: jobs } = await octokit.request(
      'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
      { ...repository, run_id: job.run_id },
    );
    expect(jobs).toMatchObject({
      total_count: 1,
      jobs: [{ id: job.id, name: 'unit tests', runner_id: null, labels: ['self-hosted'] }],
    });
    const { data: one } = await octokit.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}', {
      ...repository,
      job_id: job.id,
    });
    expect(one).toEqual(jobs.jobs[0]);
  });

  it('have a page for people', async () => {
    const job = await github.queue('acme/storefront', { name: '<b>unit</b>' });
    const octokit = await github.octokit('acme');
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}', {
      ...repository,
      job_id: job.id,
    });
    const { data: run } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
      ...repository,
      run_id: job.run_id,
    });
    for (const url of [data.html_url, run.html_url]) {
      const page = await fetch(url ?? '');
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('&lt;b&gt;unit&lt;/b&gt;');
    }
  });

  it('are not shown to an installation elsewhere', async () => {
    const job = await github.queue('acme/storefront');
    const stranger = await github.octokit('strangers');
    await expect(
      stranger.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}', {
        ...repository,
        job_id: job.id,
      }),
    ).rejects.toMatchObject({ status: 404, response: { data: { message: 'Not Found' } } });
  });

  it('end when the run is cancelled, and can run again', async () => {
    const job = await github.queue('acme/storefront');
    const octokit = await github.octokit('acme');
    const run = { ...repository, run_id: job.run_id };
    const cancel = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel';
    expect((await octokit.request(cancel, run)).status).toBe(202);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', run);
    expect(data).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    await expect(octokit.request(cancel, run)).rejects.toMatchObject({ status: 409 });
    await octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', run);
    const { data: again } = await octokit.request(
      'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
      run,
    );
    expect(again.jobs).toMatchObject([{ run_attempt: 2, status: 'queued' }]);
    expect(Number(again.jobs[0]?.id)).toBeGreaterThan(job.id);
    const { data: every } = await octokit.request(
      'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
      { ...run, filter: 'all' },
    );
    expect(every.total_count).toBe(2);
  });

  it('come page by page', async () => {
    const { runs } = await github.control<{ runs: { id: number }[] }>('POST', '/runs', {
      repository: 'acme/pages',
      jobs: [{}],
      count: 7,
    });
    const octokit = await github.octokit('acme');
    const seen: number[] = [];
    let page = 1;
    for (;;) {
      const { data, headers } = await octokit.request('GET /repos/{owner}/{repo}/actions/runs', {
        owner: 'acme',
        repo: 'pages',
        per_page: 3,
        page,
      });
      seen.push(...data.workflow_runs.map(({ id }) => Number(id)));
      if (!headers.link?.includes('rel="next"')) break;
      page += 1;
    }
    expect(page).toBe(3);
    expect(seen.toReversed()).toEqual(runs.map(({ id }) => id));
  });
});
