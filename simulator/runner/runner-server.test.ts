import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGithub, type TestGithub, type TestGithubOptions } from '../simulator.world.ts';
import { FakeRunner } from './fake-runner.world.ts';

let github: TestGithub;
let folder: string;
let runners: FakeRunner[];
let count = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  runners = [];
});
afterEach(async () => {
  for (const runner of runners) runner.vanish();
  await github.close();
  await rm(folder, { recursive: true });
});

async function start(options: TestGithubOptions = {}): Promise<void> {
  github = await startTestGithub(options);
  await github.control('POST', '/repositories', { full_name: 'acme/shop' });
}

async function mint(labels = ['self-hosted'], scope: 'repository' | 'organization' = 'repository') {
  const octokit = await github.octokit('acme');
  count += 1;
  const asked = { name: `runner-${count}`, runner_group_id: 1, labels };
  const { data } =
    scope === 'organization'
      ? await octokit.request('POST /orgs/{org}/actions/runners/generate-jitconfig', {
          org: 'acme',
          ...asked,
        })
      : await octokit.request('POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig', {
          owner: 'acme',
          repo: 'shop',
          ...asked,
        });
  return { id: data.runner.id, name: data.runner.name, config: data.encoded_jit_config };
}

async function connect(config: string, job?: number): Promise<FakeRunner> {
  const runner = await FakeRunner.connect(config, job === undefined ? '' : String(job));
  runners.push(runner);
  await runner.hear('HTTP/1.1 101');
  return runner;
}

interface ShownRunner {
  id: number;
  status: string;
  busy: boolean;
  connected: boolean;
}
async function shown(id: number): Promise<ShownRunner | undefined> {
  const list = await github.control<{ runners: ShownRunner[] }>('GET', '/runners');
  return list.runners.find((runner) => runner.id === id);
}

describe('assignment', () => {
  it('gives the oldest job to any runner with its labels, not to the one launched for it', async () => {
    await start();
    const other = await github.queue('acme/shop', { labels: ['gpu'] });
    const first = await github.queue('acme/shop', { labels: ['Self-Hosted', 'LINUX'] });
    const second = await github.queue('acme/shop');
    const { config } = await mint(['self-hosted', 'linux', 'x64']);
    const runner = await connect(config);
    expect(await runner.hear('job')).toBe(`job ${first.id}`);
    const late = await connect((await mint()).config);
    expect(await late.hear('job')).toBe(`job ${second.id}`);
    expect(await github.waitFor(other, 'queued')).toMatchObject({ assigned_runner: null });
  });

  it('gives a new job to a runner that is idle, of the organization too', async () => {
    await start();
    const { config } = await mint(['self-hosted'], 'organization');
    const runner = await connect(config);
    const job = await github.queue('acme/another');
    expect(await runner.hear('job')).toBe(`job ${job.id}`);
  });

  it('keeps jobs of one repository from runners of another', async () => {
    await start();
    const { config } = await mint();
    const runner = await connect(config);
    const foreign = await github.queue('acme/another');
    const own = await github.queue('acme/shop');
    expect(await runner.hear('job')).toBe(`job ${own.id}`);
    expect(await github.waitFor(foreign, 'queued')).toMatchObject({ assigned_runner: null });
  });

  it('puts a job that is not picked up back, and refuses who comes late', async () => {
    await start({ settings: { requeue_seconds: 0.05 } });
    const slow = await connect((await mint()).config);
    const job = await github.queue('acme/shop');
    await slow.hear(`job ${job.id}`);
    await github.control('PATCH', '/settings', { requeue_seconds: 60 });
    const quick = await connect((await mint()).config);
    await quick.hear(`job ${job.id}`);
    quick.say(`accept ${job.id}`);
    await quick.hear(`run ${job.id}`);
    slow.say(`accept ${job.id}`);
    await slow.hear(`revoked ${job.id}`);
    const next = await github.queue('acme/shop');
    expect(await slow.hear('job')).toBe(`job ${next.id}`);
  });

  it('fails a job that is queued for too long', async () => {
    await start({ settings: { queue_limit_seconds: 0.05 } });
    const job = await github.queue('acme/shop');
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'failure' });
  });
});

describe('a runner at work', () => {
  async function working() {
    const minted = await mint();
    const runner = await connect(minted.config);
    const job = await github.queue('acme/shop', { steps: [{ run: 'true' }, { run: 'false' }] });
    await runner.hear(`job ${job.id}`);
    runner.say(`accept ${job.id}`);
    await runner.hear(`run ${job.id}`);
    return { ...minted, runner, job };
  }

  it('reports its steps and its result, and vanishes', async () => {
    await start();
    const { id, name, runner, job } = await working();
    expect(await github.waitFor(job, 'in_progress')).toMatchObject({ runner_name: name });
    for (const line of ['1 Running', '1 Succeeded', '2 Running', '2 Failed']) {
      runner.say(`step ${job.id} ${line}`);
    }
    runner.say(`result ${job.id} Failed`);
    await runner.hear('goodbye');
    expect(await github.waitFor(job, 'completed')).toMatchObject({
      conclusion: 'failure',
      steps: [{ conclusion: 'success' }, { conclusion: 'failure' }],
    });
    expect(await shown(id)).toBeUndefined();
  });

  it('is told of a cancelled run, and has the last word', async () => {
    await start();
    const { runner, job } = await working();
    await github.control('POST', `/runs/${job.run_id}/cancel`);
    await runner.hear(`cancel ${job.id}`);
    runner.say(`result ${job.id} Canceled`);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
  });

  it('does not hold up a cancelled run for ever', async () => {
    await start({ settings: { cancel_grace_seconds: 0.05 } });
    const { job } = await working();
    await github.control('POST', `/runs/${job.run_id}/cancel`);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
  });

  it('loses its job when it is gone for long', async () => {
    await start({ settings: { lost_job_seconds: 0.05 } });
    const { id, runner, job } = await working();
    runner.vanish();
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'failure' });
    expect(await shown(id)).toBeUndefined();
  });

  it('keeps its job over a broken connection', async () => {
    await start();
    const { runner, config, job } = await working();
    runner.vanish();
    const again = await connect(config, job.id);
    again.say(`result ${job.id} Succeeded`);
    await again.hear('goodbye');
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'success' });
  });

  it('is believed that it picked its job up, though its word did not arrive', async () => {
    await start();
    const { name, config } = await mint();
    const runner = await connect(config);
    const job = await github.queue('acme/shop');
    await runner.hear(`job ${job.id}`);
    runner.vanish();
    const again = await connect(config, job.id);
    expect(await github.waitFor(job, 'in_progress')).toMatchObject({ runner_name: name });
    again.say(`accept ${job.id}`);
    await again.hear(`run ${job.id}`);
  });

  it('that comes back without its job has lost it', async () => {
    await start();
    const { runner, config, job } = await working();
    runner.vanish();
    await FakeRunner.connect(config).then((again) => runners.push(again));
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'failure' });
  });

  it('can become a ghost, of which GitHub knows nothing', async () => {
    await start();
    const { id, config, job } = await working();
    await github.control('DELETE', `/runners/${id}`);
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'failure' });
    const again = await FakeRunner.connect(config);
    expect(await again.hear('HTTP/1.1')).toContain('404');
  });
});

it('shows a runner online while it is connected, and offline once it left', async () => {
  await start();
  const { id, config } = await mint();
  expect(await shown(id)).toMatchObject({ status: 'offline', connected: false });
  const runner = await connect(config);
  expect(await shown(id)).toMatchObject({ status: 'online', connected: true });
  runner.say('bye');
  runner.vanish();
  await expect.poll(() => shown(id)).toMatchObject({ status: 'offline', connected: false });
});

it('gives up a runner that answers no ping', async () => {
  await start({ settings: { runner_offline_seconds: 0.1 } });
  const { id, config } = await mint();
  const runner = await connect(config);
  await runner.hear('ping');
  await runner.hear('closed');
  await expect.poll(() => shown(id)).toMatchObject({ status: 'offline', connected: false });
});

it('removes an ephemeral runner that never came', async () => {
  await start({ settings: { unused_runner_seconds: 0.05 } });
  const { id } = await mint();
  await expect.poll(() => shown(id)).toBeUndefined();
});

describe('after a restart', () => {
  it('everything goes on where it was', async () => {
    const stateFile = join(folder, 'state.json');
    await start({ stateFile });
    const port = Number(new URL(github.simulator.url).port);
    const busy = await mint();
    const idle = await mint(['other']);
    const runner = await connect(busy.config);
    const running = await github.queue('acme/shop');
    await runner.hear('job');
    runner.say(`accept ${running.id}`);
    await runner.hear('run');
    const queued = await github.queue('acme/shop', { labels: ['other'] });
    await github.control('PATCH', '/settings', { requeue_seconds: 7 });
    await github.webhooksSent();
    await github.close();

    github = await startTestGithub({ stateFile, port });
    expect(await github.control('GET', '/settings')).toMatchObject({ requeue_seconds: 7 });
    const again = await connect(busy.config, running.id);
    again.say(`result ${running.id} Succeeded`);
    expect(await github.waitFor(running, 'completed')).toMatchObject({ conclusion: 'success' });
    const other = await connect(idle.config);
    expect(await other.hear('job')).toBe(`job ${queued.id}`);
    const next = await github.queue('acme/shop');
    expect(next.id).toBeGreaterThan(queued.id);
    expect((await mint()).id).toBeGreaterThan(idle.id);
  });

  it('a webhook that was under way is sent', async () => {
    const stateFile = join(folder, 'state.json');
    await start({ stateFile });
    await github.control('POST', '/faults', {
      target: 'webhook',
      kind: 'delayed',
      milliseconds: 3_600_000,
    });
    const job = await github.queue('acme/shop');
    await github.close();
    github = await startTestGithub({ stateFile });
    await github.received(1);
    expect(github.webhooks[0]?.payload).toMatchObject({
      action: 'queued',
      workflow_job: { id: job.id },
    });
  });
});
