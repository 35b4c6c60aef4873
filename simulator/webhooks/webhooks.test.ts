import { verify } from '@octokit/webhooks-methods';
import webhookSchemas from '@octokit/webhooks-schemas' with { type: 'json' };
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  APP_ID,
  startTestGithub,
  type TestGithub,
  type TestJob,
  WEBHOOK_SECRET,
} from '../simulator.world.ts';

const ajv = new Ajv({ strict: false });
formats.default(ajv);
ajv.addFormat('uri-template', true);
ajv.addSchema(webhookSchemas, 'webhooks');

let github: TestGithub;
beforeEach(async () => {
  github = await startTestGithub();
});
afterEach(() => github.close());

const actions = () => github.webhooks.map(({ payload }) => payload.action);

async function serve(job: TestJob): Promise<void> {
  await github.control('POST', `/jobs/${job.id}/start`, { runner_name: 'elsewhere' });
  await github.webhooksSent();
  await github.control('POST', `/jobs/${job.id}/complete`, { conclusion: 'failure' });
  await github.webhooksSent();
}

describe('webhooks', () => {
  it('tell of each step of a job in the shape of GitHub, signed', async () => {
    const { runs } = await github.control<{ runs: { id: number; jobs: TestJob[] }[] }>(
      'POST',
      '/runs',
      { repository: 'acme/shop', jobs: [{ waiting: true }] },
    );
    await github.webhooksSent();
    await github.control('POST', `/runs/${runs[0]?.id}/approve`);
    await github.webhooksSent();
    await serve(runs[0]?.jobs[0] as TestJob);
    expect(actions()).toEqual(['waiting', 'queued', 'in_progress', 'completed']);
    for (const { headers, body, payload } of github.webhooks) {
      expect(await verify(WEBHOOK_SECRET, body, String(headers['x-hub-signature-256']))).toBe(true);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
        'x-github-event': 'workflow_job',
        'x-github-delivery': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
        'x-github-hook-id': expect.stringMatching(/^\d+$/),
        'x-github-hook-installation-target-id': String(APP_ID),
        'x-github-hook-installation-target-type': 'integration',
      });
      const validate = ajv.getSchema(`webhooks#/definitions/workflow_job$${payload.action}`);
      const valid = validate?.(payload);
      expect(validate?.errors ?? []).toEqual([]);
      expect(valid).toBe(true);
    }
    expect(github.webhooks.at(-1)?.payload.workflow_job).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      runner_name: 'elsewhere',
    });
  });

  it('tell of a job as it was, not as it is by the time they are sent', async () => {
    await github.control('POST', '/faults', {
      target: 'webhook',
      kind: 'reordered',
      action: 'queued',
    });
    await serve(await github.queue('acme/shop'));
    expect(github.webhooks.map(({ payload }) => payload.workflow_job?.status)).toEqual([
      'in_progress',
      'queued',
      'completed',
    ]);
  });

  it('carry any event that a test wants sent', async () => {
    await github.control('POST', '/webhooks', { event: 'ping', payload: { zen: 'Keep it' } });
    await github.webhooksSent();
    expect(github.webhooks[0]?.headers['x-github-event']).toBe('ping');
    expect(github.webhooks[0]?.payload).toEqual({ zen: 'Keep it' });
  });

  it('can come several times, under one GUID', async () => {
    await github.control('POST', '/faults', { target: 'webhook', kind: 'duplicated', copies: 2 });
    await github.queue('acme/shop');
    await github.webhooksSent();
    expect(github.webhooks).toHaveLength(3);
    expect(new Set(github.webhooks.map(({ headers }) => headers['x-github-delivery'])).size).toBe(
      1,
    );
  });

  it('can come late', async () => {
    await github.control('POST', '/faults', {
      target: 'webhook',
      kind: 'delayed',
      action: 'queued',
      milliseconds: 3_600_000,
    });
    const job = await github.queue('acme/shop');
    await github.control('POST', `/jobs/${job.id}/start`, { runner_name: 'elsewhere' });
    await github.received(1);
    expect(actions()).toEqual(['in_progress']);
    const { deliveries } = await github.control<{ deliveries: unknown[] }>('GET', '/deliveries');
    expect(deliveries).toMatchObject([
      { action: 'queued', status: 'pending', fault: 'delayed' },
      { action: 'in_progress' },
    ]);
  });
});

describe('deliveries', () => {
  const list = 'GET /app/hook/deliveries';

  it('are listed, the newest first, by page and by success', async () => {
    for (let count = 0; count < 3; count += 1) await github.queue('acme/shop');
    await github.webhooksSent();
    github.receiverStatus = 503;
    await github.queue('acme/shop');
    await github.webhooksSent();
    const { octokit } = github.app;
    const { data, headers } = await octokit.request(list, { per_page: 2 });
    expect(data.map(({ status_code: code }) => code)).toEqual([503, 202]);
    expect(data[0]).toMatchObject({ status: 'Invalid HTTP Response: 503', redelivery: false });
    const cursor = /cursor=([^&>]+)[^>]*>; rel="next"/.exec(headers.link ?? '')?.[1] ?? '';
    const { data: next, headers: last } = await octokit.request(list, { per_page: 2, cursor });
    expect(next).toHaveLength(2);
    expect(last.link).toBeUndefined();
    const ids = [...data, ...next].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((one, other) => Number(other) - Number(one)));
    const { data: failed } = await octokit.request(list, { status: 'failure' });
    expect(failed).toHaveLength(1);
  });

  it('are not repeated by GitHub, but on demand, under their GUID', async () => {
    github.receiverStatus = 500;
    await github.queue('acme/shop');
    await github.webhooksSent();
    expect(github.webhooks).toHaveLength(1);
    github.receiverStatus = 202;
    const { octokit } = github.app;
    const { data: before } = await octokit.request(list);
    const attempt = await octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', {
      delivery_id: before[0]?.id as number,
    });
    expect(attempt.status).toBe(202);
    await github.webhooksSent();
    const [first, second] = github.webhooks;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['x-github-delivery']).toBe(first?.headers['x-github-delivery']);
    const { data: after } = await octokit.request(list);
    expect(after).toMatchObject([
      { redelivery: true, status: 'OK', guid: before[0]?.guid },
      { redelivery: false, status_code: 500 },
    ]);
    const { data: whole } = await octokit.request('GET /app/hook/deliveries/{delivery_id}', {
      delivery_id: after[0]?.id as number,
    });
    expect(whole.request.payload).toEqual(JSON.parse(second?.body ?? ''));
  });

  it('can be lost, on the list or without a trace', async () => {
    await github.control('POST', '/faults', { target: 'webhook', kind: 'lost' });
    const job = await github.queue('acme/shop');
    const { data } = await github.app.octokit.request(list);
    expect(data).toMatchObject([{ status_code: 502, action: 'queued' }]);
    await github.control('POST', '/faults', {
      target: 'webhook',
      kind: 'lost',
      recorded: false,
      job_id: job.id,
    });
    await serve(job);
    expect(actions()).toEqual(['completed']);
    expect((await github.app.octokit.request(list)).data).toHaveLength(2);
  });
});
