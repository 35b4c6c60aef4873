import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../parts/remains.ts';
import { idOf } from '../parts/runyard-api.ts';
import { MINT } from '../parts/simulated-github.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let expectNothingLeft: Testbed['expectNothingLeft'];

beforeAll(async () => {
  ({ system, github, runyard, expectNothingLeft } = await startTestbed('jobs', {
    HOST_CAPACITY: '4',
    PICKUP_TIMEOUT: '3s',
    COMPLETION_GRACE: '1s',
    RECONCILE_INTERVAL: '2s',
    RUN_TIMEOUT: '8s',
    STOP_TIMEOUT: '1s',
  }));
});
afterAll(() => system?.stop());
afterEach(() => github.clearFaults());

describe('one job, end to end', () => {
  it('runs in a container and leaves nothing but its record', async () => {
    const job = await github.queueScript('acme/web', 'echo hello from $(id -u); uname -s');
    const over = await runyard.ended(job);
    expect(over).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      repository: 'acme/web',
      pool: 'default',
      attempts: 1,
      source: 'webhook',
      host_id: system.hostId,
    });
    const removed = await runyard.until(
      job,
      (one) => one.removed_at !== null && one.completed_at !== null,
    );
    const { timeline, workflow } = await runyard.get<{
      timeline: { step: string; at: string }[];
      workflow: { id: string; url: string };
    }>(`/api/jobs/${removed.id}`);
    expect(timeline.map(({ step }) => step)).toEqual([
      'queued',
      'received',
      'admitted',
      'claimed',
      'minted',
      'container_started',
      'picked_up',
      'completed',
      'removed',
    ]);
    expect(workflow.id).toBe(`job/${job.repository_id}/${job.id}`);
    expect(await runyard.log(job)).toContain('hello from 1001\n');
    await expectNothingLeft([job]);
  });

  it('takes GitHub’s conclusion when a step fails', async () => {
    const job = await github.queueScript('acme/web', 'echo before; exit 3; echo after');
    expect(await runyard.ended(job)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(await runyard.log(job)).not.toContain('\nafter\n');
  });

  it('is hardened: no privileges, no capabilities, limits, its repository’s own network', async () => {
    const job = await github.queueScript('acme/hardened', 'sleep 3');
    const running = await runyard.until(job, (one) => one.status === 'running');
    const { Config, HostConfig, NetworkSettings, Name } = await docker
      .getContainer(running.container_id ?? '')
      .inspect();
    expect(Name).toBe(`/${running.runner_name}`);
    expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], PidsLimit: 1024, Privileged: false });
    expect(HostConfig.Memory).toBe(2048 * 1024 * 1024);
    expect(HostConfig.NanoCpus).toBe(1e9);
    expect(HostConfig.SecurityOpt).toContain('no-new-privileges');
    expect(HostConfig.Binds ?? []).toEqual([]);
    expect(Config.User).toBe('1001');
    expect(Config.Labels).toMatchObject({
      'runyard.managed': 'true',
      'runyard.host': system.hostId,
      'runyard.job': running.id,
      'runyard.runner': running.runner_name,
    });
    expect(Object.keys(NetworkSettings.Networks)).toHaveLength(1);
    expect(Object.keys(NetworkSettings.Networks)[0]).not.toBe('bridge');
    await runyard.ended(job);
  });

  it('is ignored when no pool serves its labels', async () => {
    const [job] = await github.queue('acme/web', [{ labels: ['windows-latest'] }]);
    if (!job) throw new Error('no job');
    const over = await runyard.ended(job);
    expect(over).toMatchObject({ status: 'ignored', attempts: 0 });
    expect(over.detail).toContain('windows-latest');
    await github.call('POST', `/runs/${job.run_id}/cancel`);
  });
});

describe('a runner that GitHub gives another job', () => {
  it('is replaced at once, and the job runs once', async () => {
    // The first job's registration is held up, so the second one's runner is given the first job.
    await github.fault({ ...MINT, kind: 'latency', milliseconds: 1500 });
    const first = await github.queueScript('acme/swap', 'echo first; sleep 2');
    await runyard.until(first, (one) => one.status === 'claimed');
    const second = await github.queueScript('acme/swap', 'echo second; sleep 2');
    const [one, two] = await Promise.all([runyard.ended(first), runyard.ended(second)]);
    expect([one.conclusion, two.conclusion]).toEqual(['success', 'success']);
    const launchedFor = (job: { github_job_id: number }) =>
      `ry-default-${job.github_job_id.toString(36)}`;
    expect(one.runner_name).toBe(launchedFor(two));
    expect(await runyard.log(first)).toContain('\nfirst\n');
    expect(await runyard.log(second)).toContain('\nsecond\n');
    await expectNothingLeft([first, second]);
  });

  it('leaves the job to a runner from elsewhere, and takes its own back', async () => {
    await github.fault({ ...MINT, kind: 'latency', milliseconds: 1500 });
    const job = await github.queueScript('acme/elsewhere', 'echo never');
    await runyard.until(job, (one) => one.status === 'claimed');
    await github.call('POST', `/jobs/${job.id}/serve`, { runner_name: 'somebody-elses-runner' });
    expect(await runyard.ended(job)).toMatchObject({
      status: 'completed',
      runner_name: 'somebody-elses-runner',
    });
    await expectNothingLeft([job]);
  });
});

describe('cancel', () => {
  const cancel = async (id: string) => {
    const answer = await runyard.request('POST', `/api/jobs/${id}/cancel`, { reason: 'a mistake' });
    expect(answer.status).toBe(202);
  };

  it('while queued', async () => {
    const filling = await github.queue('acme/filling', [{ steps: [{ run: 'sleep 4' }] }], {
      count: 4,
    });
    await Promise.all(filling.map((job) => runyard.until(job, (one) => one.status === 'running')));
    const job = await github.queueScript('acme/web', 'echo never');
    await runyard.until(job, (one) => one.admitted_at !== null);
    await cancel(idOf(job));
    expect(await runyard.ended(job)).toMatchObject({ status: 'cancelled', attempts: 0 });
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
    await expectNothingLeft([job, ...filling]);
  });

  it('while starting', async () => {
    await github.fault({ ...MINT, kind: 'latency', milliseconds: 2000 });
    const job = await github.queueScript('acme/web', 'echo never');
    await runyard.until(job, (one) => one.status === 'claimed');
    await cancel(idOf(job));
    expect(await runyard.ended(job)).toMatchObject({ status: 'cancelled' });
    await expectNothingLeft([job]);
  });

  it('while running', async () => {
    const job = await github.queueScript('acme/web', 'echo started; sleep 6; echo never');
    await runyard.until(job, (one) => one.status === 'running');
    await cancel(idOf(job));
    expect(await runyard.ended(job)).toMatchObject({ status: 'cancelled' });
    expect(await github.waitFor(job, 'completed')).toMatchObject({ conclusion: 'cancelled' });
    expect(await runyard.log(job)).not.toContain('\nnever\n');
    await expectNothingLeft([job]);
  });

  it('at GitHub', async () => {
    const job = await github.queueScript('acme/web', 'sleep 6; echo never');
    await runyard.until(job, (one) => one.status === 'running');
    await github.call('POST', `/runs/${job.run_id}/cancel`);
    expect(await runyard.ended(job)).toMatchObject({
      status: 'cancelled',
      conclusion: 'cancelled',
    });
    await expectNothingLeft([job]);
  });
});

describe('limits on time', () => {
  it('end a container that runs too long', async () => {
    const job = await github.queueScript('acme/web', 'sleep 60');
    const over = await runyard.ended(job);
    expect(over).toMatchObject({ status: 'failed', error_code: 'run_timeout' });
    await expectNothingLeft([job]);
  });
});
