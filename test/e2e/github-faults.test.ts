import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MINT, type SimulatedJob } from '../parts/simulated-github.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';

let system: Testbed['system'];
let github: Testbed['github'];
let runyard: Testbed['runyard'];
let expectNothingLeft: Testbed['expectNothingLeft'];

beforeAll(async () => {
  ({ system, github, runyard, expectNothingLeft } = await startTestbed('faults', {
    HOST_CAPACITY: '4',
    PICKUP_TIMEOUT: '4s',
    COMPLETION_GRACE: '1s',
    RECONCILE_INTERVAL: '2s',
  }));
});
afterAll(() => system?.stop());
afterEach(() => github.clearFaults());

/** With whatever faults: the same end as with a perfect GitHub. */
async function expectServedOnce(job: SimulatedJob): Promise<void> {
  expect(await runyard.ended(job, 90)).toMatchObject({
    status: 'completed',
    conclusion: 'success',
  });
  expect((await github.jobLog(job)).match(/^the-only-run$/gm)).toHaveLength(1);
  await expectNothingLeft([job]);
}

const queue = () => github.queueScript('acme/faulty', 'echo the-only-run');

describe('GitHub’s API', () => {
  it.each([
    ['answers 500', { kind: 'error', status: 500, count: 2 }],
    ['drops the connection', { kind: 'dropped', count: 2 }],
    ['carries it out and drops the connection (409 follows)', { kind: 'dropped_after', count: 1 }],
    ['is limited for a while', { kind: 'rate_limited', status: 403, retry_after: 2, count: 1 }],
    ['is limited by 429', { kind: 'rate_limited', status: 429, retry_after: 1, count: 1 }],
  ])('%s while a runner is registered', async (_, fault) => {
    await github.fault({ ...MINT, ...fault });
    await expectServedOnce(await queue());
  });

  it('refuses for good: the job fails with what to mend, and a retry serves it', async () => {
    const fault = await github.fault({
      ...MINT,
      kind: 'error',
      status: 404,
      message: 'Not Found',
      count: 0,
    });
    const job = await queue();
    const failed = await runyard.ended(job);
    expect(failed).toMatchObject({ status: 'failed', error_code: 'github_refused' });
    expect(failed.detail).toContain('install the GitHub App');
    await github.call('DELETE', `/faults/${fault.id}`);
    expect((await runyard.request('POST', `/api/jobs/${failed.id}/retry`)).status).toBe(202);
    await runyard.until(job, (one) => one.status === 'completed');
    await expectServedOnce(job);
  });
});

describe('GitHub’s webhooks', () => {
  const hook = { target: 'webhook', event: 'workflow_job' };

  it.each([
    ['every one twice', { kind: 'duplicated', count: 0 }],
    ['every one three times', { kind: 'duplicated', copies: 2, count: 0 }],
    ['out of order', { kind: 'reordered', count: 0, milliseconds: 1500 }],
    ['in_progress late', { kind: 'delayed', action: 'in_progress', milliseconds: 2500 }],
    ['in_progress never', { kind: 'lost', action: 'in_progress' }],
    ['completed never', { kind: 'lost', action: 'completed' }],
  ])('%s', async (_, fault) => {
    await github.fault({ ...hook, ...fault });
    await expectServedOnce(await queue());
  });

  it('neither in_progress nor completed', async () => {
    await github.fault({ ...hook, kind: 'lost', action: 'in_progress' });
    await github.fault({ ...hook, kind: 'lost', action: 'completed' });
    await expectServedOnce(await queue());
  });
});
