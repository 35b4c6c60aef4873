import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendAudit } from '../../prisma/audit-log.ts';
import { sealAudit } from '../../prisma/audit-seal.ts';
import { startMetricsServer } from '../../worker/metrics-server.ts';
import { ApiWorld, randomId, workflowJob } from '../api.world.ts';
import { parseUpstream } from '../metrics/scrape.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const scrape = async (from = world) => {
  const response = await from.request('/metrics');
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return (await response.text()).split('\n');
};

/** Seconds after the job was queued; `settled` that many seconds ago. */
async function addJob(status: string, fields: Record<string, unknown> = {}, settled = 3) {
  const githubJobId = randomId();
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 6, 0, 0, seconds * 1000));
  const { steps = {}, ...rest } = fields as { steps?: Record<string, number> };
  await world.records.job.create({
    data: {
      id: `1-${githubJobId}`,
      repositoryId: 1n,
      githubJobId: BigInt(githubJobId),
      runId: 1n,
      repository: 'octo/app',
      name: 'build',
      correlationId: 'c',
      pool: 'default',
      status,
      queuedAt: at(0),
      ...Object.fromEntries(Object.entries(steps).map(([step, seconds]) => [step, at(seconds)])),
      ...rest,
    },
  });
  await world.records.$executeRaw`
    UPDATE jobs SET settled_at = now() - ${settled} * interval '1 second'
    WHERE github_job_id = ${githubJobId} AND settled_at IS NOT NULL`;
}

it('counts what the audit log holds, and what waits to be sealed', async () => {
  const event = {
    type: 'security.sign_in_burst',
    actor: { kind: 'anonymous', id: 'anonymous', name: 'Anonymous', address: '192.0.2.1' },
    action: 'detect',
  } as const;
  await appendAudit(world.records, event, event);
  const before = await scrape();
  expect(before).toContain('runyard_security_events_total{type="security.sign_in_burst"} 0');
  expect(before).toContain('runyard_audit_pending_events 2');
  expect(before.find((line) => line.startsWith('runyard_audit_seal_lag_seconds '))).toMatch(
    / 0\.\d+$/,
  );
  for (const count of [2, 3]) {
    await sealAudit(world.records);
    const lines = await scrape();
    expect(lines).toContain(
      `runyard_security_events_total{type="security.sign_in_burst"} ${count}`,
    );
    expect(lines).toContain(`runyard_audit_events_total{category="security"} ${count}`);
    expect(lines).toContain('runyard_audit_events_total{category="deployment"} 0');
    expect(lines).toContain('runyard_audit_pending_events 0');
    await appendAudit(world.records, event);
  }
});

it('counts provisioned runners by status', async () => {
  const statuses = ['pending', 'idle', 'idle', 'deleted'];
  for (const status of statuses) {
    await world.records.registration.create({
      data: {
        ...{ name: `r-${randomId()}`, target: 'octo', owner: 'user:ada', ownerName: 'Ada', status },
        ...{ installationId: 1n, runnerGroup: 'Default', mode: 'jit', ephemeral: true },
        ...{ correlationId: 'c', expiresAt: new Date(), labels: ['self-hosted'] },
        removedAt: status === 'deleted' ? new Date() : null,
      },
    });
  }
  const lines = await scrape();
  for (const [status, value] of Object.entries({ pending: 1, idle: 2, busy: 0 })) {
    expect(lines).toContain(`runyard_registrations{status="${status}"} ${value}`);
  }
  expect(lines.join()).not.toContain('runyard_registrations{status="deleted"}');
});

it('counts jobs by how they ended, and measures their phases', async () => {
  await addJob('completed', {
    steps: {
      admittedAt: 0.25,
      claimedAt: 1.25,
      containerStartedAt: 1.5,
      pickedUpAt: 1,
      completedAt: 61,
      removedAt: 61.05,
    },
  });
  await addJob('failed', { errorCode: 'image_missing', steps: { admittedAt: 0.3 } });
  await addJob('ignored', { pool: null });
  await addJob('queued');
  await addJob('completed', {}, 0);
  const lines = await scrape();
  for (const line of [
    'runyard_jobs_total{pool="default",outcome="completed"} 1',
    'runyard_jobs_total{pool="default",outcome="failed"} 1',
    'runyard_jobs_total{pool="",outcome="ignored"} 1',
    'runyard_launch_failures_total{pool="default",reason="image_missing"} 1',
    'runyard_jobs{pool="default",status="queued"} 1',
    'runyard_jobs{pool="default",status="running"} 0',
    // A bound includes its value.
    'runyard_job_duration_seconds_bucket{le="0.1",pool="default",phase="queue"} 0',
    'runyard_job_duration_seconds_bucket{le="0.25",pool="default",phase="queue"} 1',
    'runyard_job_duration_seconds_bucket{le="0.5",pool="default",phase="queue"} 2',
    'runyard_job_duration_seconds_bucket{le="+Inf",pool="default",phase="queue"} 2',
    'runyard_job_duration_seconds_sum{pool="default",phase="queue"} 0.55',
    'runyard_job_duration_seconds_count{pool="default",phase="queue"} 2',
    'runyard_job_duration_seconds_bucket{le="1",pool="default",phase="claim"} 1',
    'runyard_job_duration_seconds_sum{pool="default",phase="launch"} 0.25',
    // GitHub's clock is not ours: never below 0.
    'runyard_job_duration_seconds_sum{pool="default",phase="pickup"} 0',
    'runyard_job_duration_seconds_bucket{le="30",pool="default",phase="run"} 0',
    'runyard_job_duration_seconds_bucket{le="60",pool="default",phase="run"} 1',
    'runyard_job_duration_seconds_bucket{le="0.1",pool="default",phase="teardown"} 1',
  ]) {
    expect(lines).toContain(line);
  }

  // What was too young is counted by the next scrape, and nothing twice.
  await world.records.$executeRaw`UPDATE jobs SET settled_at = settled_at - interval '5 seconds'`;
  const next = await scrape();
  expect(next).toContain('runyard_jobs_total{pool="default",outcome="completed"} 2');
  expect(await scrape()).toEqual(
    expect.arrayContaining(next.filter((line) => line.startsWith('runyard_jobs'))),
  );

  // Another instance, and one after a restart, say the same.
  const other = await ApiWorld.start({ DATABASE_URL: world.testDatabase.url });
  try {
    const ofJobs = (from: string[]) =>
      from.filter((line) => line.startsWith('runyard_job')).toSorted();
    expect(ofJobs(await scrape(other))).toEqual(ofJobs(next));
  } finally {
    await other.stop();
  }
});

it('waits with a job for the removal of its container, so that its teardown is measured', async () => {
  const count = /^runyard_job_duration_seconds_count\{pool="late",phase="teardown"\} 1$/m;
  const over = { pool: 'late', steps: { containerStartedAt: 1, completedAt: 2 } };
  await addJob('completed', over, 5);
  expect((await scrape()).join('\n')).not.toContain('pool="late",outcome');
  await world.records.job.updateMany({
    where: { pool: 'late' },
    data: { removedAt: new Date(Date.UTC(2026, 10, 21, 6, 0, 9)) },
  });
  expect((await scrape()).join('\n')).toMatch(count);
});

it('counts webhooks by how they were answered, and times them', async () => {
  await world.webhook(workflowJob('queued'));
  await world.webhook({ action: 'created' }, { event: 'star' });
  await world.webhook('{');
  await world.webhook({}, { secret: 'x', event: 'made_up_by_somebody' });
  const lines = await scrape();
  for (const line of [
    'runyard_webhooks_total{event="workflow_job",result="accepted"} 1',
    'runyard_webhooks_total{event="star",result="ignored"} 1',
    'runyard_webhooks_total{event="workflow_job",result="bad_request"} 1',
    'runyard_webhooks_total{event="unknown",result="unauthorized"} 1',
    'runyard_webhook_ack_seconds_count 2',
    'runyard_up{process="api"} 1',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.join('\n')).not.toContain('made_up_by_somebody');
});

it('adds the metrics of workers, and tells who did not answer', async () => {
  const registry = new Registry();
  const requests = new Counter({
    name: 'runyard_github_requests_total',
    help: 'Requests',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  requests.inc({ route: '/app', status: '200' }, 7);
  const worker = await startMetricsServer({ registry, health: () => ({ ok: true }), port: 0 });
  const silent = createServer(() => undefined);
  const rubbish = createServer((_, response) => response.end('<html>'));
  await Promise.all(
    [silent, rubbish].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')),
  );
  const portOf = (server: typeof silent) => (server.address() as AddressInfo).port;
  const seeing = await ApiWorld.start({
    METRICS_UPSTREAMS: [
      `control_worker=${worker.url}/metrics`,
      `${worker.url}/metrics`,
      `silent=http://127.0.0.1:${portOf(silent)}`,
      `rubbish=http://127.0.0.1:${portOf(rubbish)}`,
      'gone=http://127.0.0.1:9',
    ].join(','),
  });
  try {
    const lines = await scrape(seeing);
    for (const line of [
      'runyard_github_requests_total{route="/app",status="200"} 14',
      'runyard_up{process="api"} 1',
      'runyard_up{process="control_worker"} 1',
      `runyard_up{process="${new URL(worker.url).host}"} 1`,
      'runyard_up{process="silent"} 0',
      'runyard_up{process="rubbish"} 0',
      'runyard_up{process="gone"} 0',
    ]) {
      expect(lines).toContain(line);
    }
  } finally {
    await seeing.stop();
    await worker.close();
    for (const server of [silent, rubbish]) {
      server.closeAllConnections();
      server.close();
    }
  }
});

it('reads where workers are', () => {
  expect(parseUpstream('http://10.0.0.1:9464')).toEqual({
    process: '10.0.0.1:9464',
    url: 'http://10.0.0.1:9464/metrics.json',
  });
  expect(parseUpstream('host-1=https://h.example/metrics')).toEqual({
    process: 'host-1',
    url: 'https://h.example/metrics.json',
  });
  expect(() => parseUpstream('nothing')).toThrow();
});
