import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiWorld, randomId, workflowIdOf, workflowJob } from '../api.world.ts';
import type { Job, JobDetail, JobPage } from '../schemas/job.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
beforeEach(async () => {
  await world.records.job.deleteMany();
});
afterAll(() => world.stop());

async function addJob(
  fields: Partial<Parameters<typeof world.records.job.create>[0]['data']> = {},
) {
  const githubJobId = randomId();
  return world.records.job.create({
    data: {
      id: `1296269-${githubJobId}`,
      repositoryId: 1296269n,
      githubJobId: BigInt(githubJobId),
      runId: 7n,
      repository: 'octo/app',
      name: 'build',
      labels: ['self-hosted'],
      correlationId: 'c',
      queuedAt: new Date('2026-11-21T06:00:00Z'),
      ...fields,
    } as never,
  });
}

const page = async (query = '') => {
  const response = await world.request(`/api/jobs${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as JobPage;
};
const code = async (response: Response) => ((await response.json()) as Problem).code;

describe('the list', () => {
  it('has the latest first, page by page, unmoved by jobs that come meanwhile', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 6, 0, second));
    const added = [];
    // Pairs of the same moment: the id decides.
    for (let index = 0; index < 10; index += 1) {
      added.push(await addJob({ receivedAt: at(Math.floor(index / 2)) }));
    }
    const expected = added
      .toSorted((a, b) => +b.receivedAt - +a.receivedAt || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: JobPage = await page(`?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...next.items.map(({ id }) => id));
      cursor = next.next_cursor;
      await addJob({ receivedAt: at(50) });
    }
    expect(seen).toEqual(expected);
  });

  it('filters', async () => {
    const wanted = await addJob({
      repository: 'octo/wanted',
      status: 'running',
      pool: 'gpu',
      hostId: 'host-1',
      labels: ['self-hosted', 'gpu'],
      receivedAt: new Date('2026-11-20T12:00:00Z'),
    });
    await addJob();
    for (const query of [
      '?repository=octo/wanted',
      '?status=running',
      '?status=running,lost',
      '?pool=gpu',
      '?host=host-1',
      '?label=gpu',
      '?until=2026-11-20T12:00:01Z&since=2026-11-20T12:00:00Z',
      '?until=2026-11-20T13:00:01%2B01:00',
      `?github_job_id=${wanted.githubJobId}`,
      '?repository=octo/wanted&status=running&pool=gpu&label=self-hosted',
    ]) {
      const { items, next_cursor: next } = await page(query);
      expect([query, items.map(({ id }) => id), next]).toEqual([query, [wanted.id], null]);
    }
    expect((await page('?repository=octo/nothing')).items).toEqual([]);
    expect((await page('?since=2026-11-20T12:00:01Z')).items).toHaveLength(1);
  });

  it.each([
    ['?limit=0', 'query.limit'],
    ['?limit=201', 'query.limit'],
    ['?limit=many', 'query.limit'],
    ['?limit=1&limit=2', 'query.limit'],
    ['?status=done', 'query.status.0'],
    ['?repository=%00', 'query.repository'],
    ['?since=yesterday', 'query.since'],
    ['?since=0000-01-01T00:00:00Z', 'query.since'],
    ['?github_job_id=99999999999999999999', 'query.github_job_id'],
    ['?github_job_id=9007199254740993', 'query.github_job_id'],
    [`?label=${'x'.repeat(257)}`, 'query.label'],
  ])('422 for %s, with the field', async (query, path) => {
    const response = await world.request(`/api/jobs${query}`);
    expect(response.status).toBe(422);
    const problem = (await response.json()) as Problem;
    expect(problem.errors?.map((error) => error.path)).toEqual([path]);
  });

  it.each(['x', 'e30', '%00', 'WyIyMDI2IiwieCJd', 'WyIwMDAwLTAxLTAxVDAwOjAwOjAwWiIsIjEtMSJd'])(
    '400 for the cursor %s',
    async (cursor) => {
      const response = await world.request(`/api/jobs?cursor=${cursor}`);
      expect(response.status).toBe(400);
      expect(await code(response)).toBe('invalid_cursor');
    },
  );
});

describe('one job', () => {
  it('has its timeline and the link to its workflow', async () => {
    const job = await addJob({
      receivedAt: new Date('2026-11-21T06:00:01.500Z'),
      admittedAt: new Date('2026-11-21T06:00:01.750Z'),
      // GitHub's clock is behind ours.
      pickedUpAt: new Date('2026-11-21T06:00:01Z'),
      runnerName: 'ry-default-1',
    });
    const response = await world.request(`/api/jobs/${job.id}`);
    const detail = (await response.json()) as JobDetail;
    expect(detail).toMatchObject({
      id: job.id,
      repository_id: 1296269,
      github_job_id: Number(job.githubJobId),
      runner_name: 'ry-default-1',
      claimed_at: null,
      workflow: {
        id: workflowIdOf(Number(job.githubJobId)),
        url: `http://temporal.example:8233/namespaces/default/workflows/job%2F1296269%2F${job.githubJobId}`,
      },
    });
    expect(detail.timeline).toEqual([
      { step: 'queued', at: '2026-11-21T06:00:00.000Z', milliseconds_since_previous: null },
      { step: 'received', at: '2026-11-21T06:00:01.500Z', milliseconds_since_previous: 1500 },
      { step: 'admitted', at: '2026-11-21T06:00:01.750Z', milliseconds_since_previous: 250 },
      { step: 'picked_up', at: '2026-11-21T06:00:01.000Z', milliseconds_since_previous: 0 },
    ]);
  });

  it.each(['1-1', 'x', '..%2F..', '1296269-99999999999999999999', '%00', "1'%20OR%201=1"])(
    '404 for %s',
    async (id) => {
      for (const path of [`/api/jobs/${id}`, `/api/jobs/${id}/logs`]) {
        expect((await world.request(path)).status).toBe(404);
      }
      for (const path of [`/api/jobs/${id}/cancel`, `/api/jobs/${id}/retry`]) {
        expect((await world.post(path, {})).status).toBe(404);
      }
    },
  );
});

describe('cancel', () => {
  it("tells the job's workflow who wants it, and says so in the record", async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    const body = { reason: 'not needed', scope: 'runner' };
    const response = await world.post(`/api/jobs/1296269-${id}/cancel`, body);
    expect(response.status).toBe(202);
    expect(((await response.json()) as Job).detail).toBe(
      'Being cancelled by Administrator: not needed',
    );
    expect(await world.signals(workflowIdOf(id))).toEqual([
      { name: 'cancelJob', input: { by: 'Administrator', reason: 'not needed', scope: 'runner' } },
    ]);
  });

  it('needs no body', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    expect((await world.post(`/api/jobs/1296269-${id}/cancel`)).status).toBe(202);
    expect(await world.signals(workflowIdOf(id))).toEqual([
      { name: 'cancelJob', input: { by: 'Administrator', reason: '', scope: 'run' } },
    ]);
  });

  it('starts the workflow of a job that has none yet, to have GitHub told', async () => {
    const job = await addJob();
    expect((await world.post(`/api/jobs/${job.id}/cancel`, {})).status).toBe(202);
    const signals = await world.signals(workflowIdOf(Number(job.githubJobId)));
    expect(signals.map(({ name }) => name)).toEqual(['cancelJob']);
  });

  it.each(['completed', 'failed', 'cancelled', 'lost', 'ignored'])(
    '409 for a job that is %s',
    async (status) => {
      const job = await addJob({ status });
      const response = await world.post(`/api/jobs/${job.id}/cancel`, {});
      expect(response.status).toBe(409);
      expect(await code(response)).toBe('job_over');
    },
  );

  it('409 where the workflow has ended before its record says so', async () => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    await world.workflow(workflowIdOf(id)).terminate();
    const response = await world.post(`/api/jobs/1296269-${id}/cancel`, {});
    expect(response.status).toBe(409);
  });

  it.each([
    [{ scope: 'all' }],
    [{ reason: 7 }],
    [{ reason: 'x'.repeat(501) }],
    [{ why: 'x' }],
    [[]],
  ])('422 for %j', async (body) => {
    const job = await addJob();
    expect((await world.post(`/api/jobs/${job.id}/cancel`, body)).status).toBe(422);
  });

  it('400 for a body that is not JSON, 415 for one that does not claim to be', async () => {
    const job = await addJob();
    const send = (type: string) =>
      world.request(`/api/jobs/${job.id}/cancel`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: '{"scope"',
      });
    const malformed = await send('application/json');
    expect(malformed.status).toBe(400);
    expect(await code(malformed)).toBe('malformed_json');
    expect((await send('text/plain')).status).toBe(415);
  });
});

describe('retry', () => {
  it.each(['failed', 'lost'])('queues a %s job and starts its workflow again', async (status) => {
    const id = randomId();
    await world.handled(workflowJob('queued', { id }));
    const first = await world.workflow(workflowIdOf(id)).describe();
    await world.workflow(workflowIdOf(id)).terminate();
    await world.records.job.update({
      where: { id: `1296269-${id}` },
      data: { status, errorCode: 'image_missing', admittedAt: new Date(), attempts: 2 },
    });
    const response = await world.post(`/api/jobs/1296269-${id}/retry`);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      status: 'queued',
      error_code: null,
      admitted_at: null,
      attempts: 2,
      detail: 'Queued again by Administrator',
    });
    await vi.waitFor(async () => {
      const second = await world.workflow(workflowIdOf(id)).describe();
      expect(second.runId).not.toBe(first.runId);
      expect(second.searchAttributes['RunnerName']).toEqual([`ry-default-${id.toString(36)}-3`]);
    });
    // What GitHub did not send does not stand among what it sent.
    const list = await world.request('/api/webhooks/deliveries?event=runyard');
    expect(await list.json()).toEqual({ items: [], next_cursor: null });
  });

  it('waits until the workflow before has ended', async () => {
    const eager = await ApiWorld.start({}, { patience: 1 });
    try {
      const id = randomId();
      await eager.handled(workflowJob('queued', { id }));
      const first = await eager.workflow(workflowIdOf(id)).describe();
      await eager.records.job.update({
        where: { id: `1296269-${id}` },
        data: { status: 'failed' },
      });
      expect((await eager.post(`/api/jobs/1296269-${id}/retry`)).status).toBe(202);
      await eager.workflow(workflowIdOf(id)).terminate();
      await vi.waitFor(
        async () => {
          const second = await eager.workflow(workflowIdOf(id)).describe();
          expect(second.runId).not.toBe(first.runId);
        },
        { timeout: 15_000 },
      );
    } finally {
      await eager.stop();
    }
  });

  it('is accepted while Temporal is away', async () => {
    const job = await addJob({ status: 'failed' });
    world.temporal.cut();
    try {
      expect((await world.post(`/api/jobs/${job.id}/retry`)).status).toBe(202);
    } finally {
      world.temporal.restore();
    }
    await vi.waitFor(
      async () => expect(await world.isStarted(workflowIdOf(Number(job.githubJobId)))).toBe(true),
      { timeout: 15_000 },
    );
  });

  it.each([
    [{ status: 'running', githubStatus: 'in_progress' }],
    [{ status: 'queued', githubStatus: 'queued' }],
    [{ status: 'completed', githubStatus: 'completed' }],
    [{ status: 'failed', githubStatus: 'completed' }],
    [{ status: 'ignored', githubStatus: 'queued' }],
  ])('409 for %j, and changes nothing', async (fields) => {
    const job = await addJob(fields);
    const response = await world.post(`/api/jobs/${job.id}/retry`);
    expect(response.status).toBe(409);
    expect(await code(response)).toBe('not_retriable');
    const after = await world.records.job.findUniqueOrThrow({ where: { id: job.id } });
    expect(after).toEqual(job);
  });
});
