import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, PREVIOUS_SECRET, randomId, workflowIdOf, workflowJob } from '../api.world.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const problem = async (response: Response) => {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
};

describe('accepted', () => {
  it('keeps a queued job, starts its workflow, and answers its id', async () => {
    const id = randomId();
    const guid = randomUUID();
    const response = await world.handled(workflowJob('queued', { id }), { guid });
    expect(response.status).toBe(202);
    expect(response.headers.get('X-Correlation-Id')).toBe(guid);
    expect(await response.json()).toEqual({
      status: 'accepted',
      delivery_id: guid,
      workflow_id: workflowIdOf(id),
    });
    expect(
      await world.records.job.findUniqueOrThrow({ where: { id: `1296269-${id}` } }),
    ).toMatchObject({
      status: 'queued',
      githubStatus: 'queued',
      repository: 'octo/app',
      installationId: 99n,
      runId: 7_000_000_000n,
      labels: ['self-hosted', 'linux'],
      branch: 'main',
      correlationId: guid,
      deliveryId: guid,
      queuedAt: new Date('2026-11-21T06:00:00Z'),
    });
    const workflow = await world.workflow(workflowIdOf(id)).describe();
    expect(workflow.type).toBe('runnerJob');
    expect(workflow.taskQueue).toBe(world.taskQueue);
    expect(workflow.memo).toMatchObject({ correlation_id: guid, github_job_id: id });
    expect(workflow.searchAttributes).toMatchObject({
      Repository: ['octo/app'],
      DeliveryId: [guid],
      Pool: ['default'],
      RunnerName: [`ry-default-${id.toString(36)}`],
    });
    const { events } = await world.workflow(workflowIdOf(id)).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    expect(JSON.parse(Buffer.from(input ?? '').toString())).toEqual({
      id: `1296269-${id}`,
      githubJobId: id,
      runId: 7_000_000_000,
      repositoryId: 1296269,
      repository: 'octo/app',
      installationId: 99,
      labels: ['self-hosted', 'linux'],
      branch: 'main',
      event: null,
      source: 'webhook',
      correlationId: guid,
    });
    expect(await world.settled(guid)).toMatchObject({
      hookId: '1',
      event: 'workflow_job',
      action: 'queued',
      repositoryId: 1296269n,
      repository: 'octo/app',
      ref: 'main',
      headCommit: '16c5286e8d9a0629956a28938386b36608707a71',
      statusCode: 202,
      workflowId: workflowIdOf(id),
      attempts: 1,
    });
  });

  it('serves the address that the integration page names, too', async () => {
    const response = await world.app.request('/api/integrations/github/webhook', {
      method: 'POST',
    });
    expect((await problem(response)).code).toBe('missing_event');
  });

  it('launches on the action, whatever status the job has', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id, status: 'waiting' }));
    expect(await world.isStarted(workflowIdOf(id))).toBe(true);
  });

  it('accepts the secret of before during a rotation', async () => {
    const response = await world.webhook(workflowJob('queued'), { secret: PREVIOUS_SECRET });
    expect(response.status).toBe(202);
  });

  it('hears of progress by signals, with the conclusion and the runner', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    await world.handled(workflowJob('in_progress', { id, runnerName: 'ry-1' }));
    const response = await world.handled(workflowJob('completed', { id, runnerName: 'ry-1' }));
    expect(response.status).toBe(202);
    expect(await world.signals(workflowIdOf(id))).toEqual([
      {
        name: 'jobProgressed',
        input: { status: 'in_progress', conclusion: null, runnerName: 'ry-1', recorded: null },
      },
      {
        name: 'jobProgressed',
        input: {
          ...{ status: 'completed', conclusion: 'success', runnerName: 'ry-1' },
          recorded: { status: 'completed', detail: 'Ran on ry-1' },
        },
      },
    ]);
  });
});

describe('refused before it is read', () => {
  it.each([
    ['X-GitHub-Event', 'missing_event'],
    ['X-GitHub-Delivery', 'missing_delivery'],
    ['X-Hub-Signature-256', 'missing_signature'],
  ])('400 without %s', async (name, code) => {
    const response = await world.webhook(workflowJob('queued'), { headers: { [name]: '' } });
    expect(response.status).toBe(400);
    expect(await problem(response)).toMatchObject({ status: 400, code });
  });

  it('401 for another secret, for another body, and for rubbish; nothing is stored', async () => {
    const before = await world.records.delivery.count();
    const body = workflowJob('queued');
    const signature = 'X-Hub-Signature-256';
    const responses = await Promise.all([
      world.webhook(body, { secret: 'another' }),
      world.webhook(body, { headers: { [signature]: `sha256=${'0'.repeat(64)}` } }),
      world.webhook(body, { headers: { [signature]: 'rubbish' } }),
    ]);
    for (const response of responses) {
      expect(response.status).toBe(401);
      expect((await problem(response)).code).toBe('invalid_signature');
    }
    expect(await world.records.delivery.count()).toBe(before);
    const metrics = await (await world.request('/metrics')).text();
    expect(metrics).toMatch(/runyard_refusals_total\{kind="webhook_signature_invalid"\} [3-9]/);
    expect(metrics).toMatch(
      /runyard_webhooks_total\{event="unknown",result="unauthorized"\} [3-9]/,
    );
  });

  it('405 with what is allowed for another method', async () => {
    const response = await world.app.request('/api/webhooks/github');
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('POST');
  });
});

describe('not what it should be', () => {
  it.each(['{"action":', 'payload=%7B%7D', ''])('400 for %j, kept as failed', async (body) => {
    const guid = randomUUID();
    const response = await world.webhook(body, { guid });
    expect(response.status).toBe(400);
    expect((await problem(response)).code).toBe('malformed_json');
    expect(await world.delivery(guid)).toMatchObject({
      status: 'failed',
      statusCode: 400,
      payload: null,
      error: expect.stringContaining('JSON'),
    });
  });

  it('400 for bytes that are not UTF-8, though their signature is right', async () => {
    const guid = randomUUID();
    const body = Buffer.concat([
      Buffer.from('{"action":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    const response = await world.webhook(body, { guid });
    expect(response.status).toBe(400);
    expect((await world.delivery(guid)).error).toContain('UTF-8');
  });

  it('422 for a body not shaped like its event, kept as failed with its payload', async () => {
    const guid = randomUUID();
    const body = workflowJob('queued', { labels: 'all' as never });
    const response = await world.webhook(body, { guid });
    expect(response.status).toBe(422);
    expect(await problem(response)).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'workflow_job.labels', message: expect.any(String) }],
    });
    expect(await world.delivery(guid)).toMatchObject({
      status: 'failed',
      statusCode: 422,
      payload: body,
    });
  });

  it.each([
    ['a NUL', '"na\\u0000me"'],
    ['half of a surrogate pair', '"\\ud800"'],
  ])('422 for %s, which the database can not hold', async (_, name) => {
    const guid = randomUUID();
    const body = JSON.stringify(workflowJob('queued')).replace('"build"', name);
    const response = await world.webhook(body, { guid });
    expect(response.status).toBe(422);
    expect(await world.delivery(guid)).toMatchObject({ status: 'failed', payload: null });
  });

  it('422 for a depth that the database can not hold', async () => {
    const deep = `{"action":"queued","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect((await world.webhook(deep, { event: 'push' })).status).toBe(422);
  });

  it('is handled when it comes again and is right', async () => {
    const guid = randomUUID();
    await world.webhook('{', { guid });
    expect((await world.webhook(workflowJob('queued'), { guid })).status).toBe(202);
    expect(await world.settled(guid)).toMatchObject({ error: null, statusCode: 202, attempts: 2 });
  });
});

describe('of no use here', () => {
  it.each([
    ['an event that nothing uses', 'star', { action: 'created' }],
    ['a ping', 'ping', { zen: 'Keep it logically awesome.', hook_id: 1 }],
    ['a job that waits for approval', 'workflow_job', workflowJob('waiting')],
    ['an absent job', 'workflow_job', { ...workflowJob('queued'), workflow_job: null }],
  ])('200 for %s, recorded', async (_, event, body) => {
    const guid = randomUUID();
    const response = await world.webhook(body, { event, guid });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ignored', workflow_id: null });
    expect(await world.delivery(guid)).toMatchObject({
      status: 'ignored',
      statusCode: 200,
      payload: body,
    });
  });

  it('200 for a queued job that no pool serves; the job says why', async () => {
    const id = randomId();
    const response = await world.webhook(workflowJob('queued', { id, labels: ['windows'] }));
    expect(response.status).toBe(200);
    expect(
      await world.records.job.findUniqueOrThrow({ where: { id: `1296269-${id}` } }),
    ).toMatchObject({
      status: 'ignored',
      detail: 'No pool serves the labels windows',
      settledAt: expect.any(Date),
    });
    expect(await world.isStarted(workflowIdOf(id))).toBe(false);
  });

  it("200 for progress of other people's jobs, without a record of the job", async () => {
    const id = randomId();
    const labels = ['ubuntu-latest'];
    for (const action of ['in_progress', 'completed']) {
      const response = await world.webhook(workflowJob(action, { id, labels }));
      expect(await response.json()).toMatchObject({ status: 'ignored' });
    }
    expect(await world.records.job.count({ where: { githubJobId: id } })).toBe(0);
  });
});

describe('seen before', () => {
  it('200 for a delivery that was handled', async () => {
    const id = randomId();
    const guid = randomUUID();
    await world.webhook(workflowJob('queued', { id }), { guid });
    await world.settled(guid);
    const again = await world.webhook(workflowJob('queued', { id }), { guid });
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({
      status: 'duplicate',
      workflow_id: workflowIdOf(id),
    });
    expect(await world.records.delivery.count({ where: { deliveryId: guid } })).toBe(1);
  });

  it('is another delivery at another hook', async () => {
    const guid = randomUUID();
    const body = workflowJob('queued');
    await world.webhook(body, { guid, hookId: '1' });
    expect((await world.webhook(body, { guid, hookId: '2' })).status).toBe(202);
    expect(await world.records.delivery.count({ where: { deliveryId: guid } })).toBe(2);
  });

  it('starts one workflow for twenty at once', async () => {
    const id = randomId();
    const guid = randomUUID();
    const body = workflowJob('queued', { id });
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => world.webhook(body, { guid })),
    );
    for (const response of responses) expect([200, 202]).toContain(response.status);
    expect(responses.some(({ status }) => status === 202)).toBe(true);
    await world.settled(guid);
    expect(await world.records.delivery.count({ where: { deliveryId: guid } })).toBe(1);
    expect(await world.records.job.count({ where: { githubJobId: id } })).toBe(1);
    const { events } = await world.workflow(workflowIdOf(id)).fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionStartedEventAttributes)).toHaveLength(
      1,
    );
  });

  it('does not run a job twice whose workflow has ended', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    const { runId } = await world.workflow(workflowIdOf(id)).describe();
    await world.workflow(workflowIdOf(id)).terminate();
    const guid = randomUUID();
    expect((await world.webhook(workflowJob('queued', { id }), { guid })).status).toBe(202);
    await world.settled(guid);
    expect((await world.workflow(workflowIdOf(id)).describe()).runId).toBe(runId);
  });
});

describe('limits', () => {
  it('413 for a body over the limit, told or not; nothing is stored', async () => {
    const small = await ApiWorld.start({ WEBHOOK_MAX_BYTES: '2048' });
    try {
      const body = workflowJob('queued', { name: 'x'.repeat(4096) });
      const told = await small.webhook(body);
      expect(told.status).toBe(413);
      expect((await problem(told)).code).toBe('body_too_large');
      const untold = await small.webhook(body, { headers: { 'Content-Length': '' } });
      expect(untold.status).toBe(413);
      expect(await small.records.delivery.count()).toBe(0);
      expect((await small.webhook(workflowJob('queued'))).status).toBe(202);
    } finally {
      await small.stop();
    }
  });

  it('429 over the rate limit, and says when to come again', async () => {
    const busy = await ApiWorld.start({ WEBHOOK_RATE_LIMIT: '3' });
    try {
      const send = () => busy.webhook({ action: 'created' }, { event: 'star' });
      for (let sent = 0; sent < 3; sent += 1) expect((await send()).status).toBe(200);
      const refused = await send();
      expect(refused.status).toBe(429);
      expect((await problem(refused)).code).toBe('too_many_requests');
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(await busy.records.delivery.count()).toBe(3);
    } finally {
      await busy.stop();
    }
  });
});
