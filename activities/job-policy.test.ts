import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSettings } from '../config/load.ts';
import { defaultPool } from '../config/pool.ts';
import { sealAudit } from '../prisma/audit-seal.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { jobId } from '../workflows/contracts/ids.ts';
import type { RunnerJobInput } from '../workflows/contracts/runner-job.ts';
import { admit } from './records.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  const rules = { allowed: [], denied: ['gpu-*'], required: ['cost-*'] };
  for (const name of ['blue', 'red']) {
    await test.database.team.create({ data: { name, repositories: [`${name}/*`] } });
  }
  await test.database.labelPolicy.create({ data: { subject: 'team:blue', ...rules } });
  await test.database.labelPolicy.create({
    data: { subject: 'default', allowed: [], denied: ['old'], required: [] },
  });
});
afterAll(() => test.drop());

const settings = { POOL_LABELS: 'self-hosted,linux,GPU-A,old,big' };
const pools = [defaultPool(loadSettings(settings).settings)];
let lastJob = 500;

async function queuedJob(repository: string, labels: string[]): Promise<RunnerJobInput> {
  lastJob += 1;
  const id = jobId(1, lastJob);
  const common = { id, repositoryId: 1, githubJobId: lastJob, runId: 1, repository, labels };
  await test.database.job.create({
    data: { ...common, name: 'build', correlationId: `of ${id}`, queuedAt: new Date() },
  });
  return {
    ...common,
    installationId: 1,
    branch: null,
    event: null,
    source: 'webhook',
    correlationId: `of ${id}`,
  };
}

it.each([
  ['blue/web', ['self-hosted', 'linux'], 'admitted'],
  ['blue/web', ['linux', 'big'], 'admitted'],
  ['blue/web', ['linux', 'gpu-a'], 'ignored'],
  ['Blue/web', ['OLD'], 'ignored'],
  // a team without a policy, and a repository without a team
  ['red/web', ['gpu-a', 'old'], 'admitted'],
  ['green/web', ['gpu-a', 'old'], 'admitted'],
])('a job of %s that asks for %j is %s', async (repository, labels, expected) => {
  const input = await queuedJob(repository, labels);
  expect((await admit(test.database, pools, input)).decision).toBe(expected);
  const job = await test.database.job.findUniqueOrThrow({ where: { id: input.id } });
  expect(job.status).toBe(expected === 'ignored' ? 'ignored' : 'queued');
});

it('says in record and audit log which label is denied, once however often it is asked', async () => {
  const input = await queuedJob('blue/web', ['linux', 'gpu-A']);
  const detail = 'The label policy of the team blue forbids this job: "gpu-A" is denied by "gpu-*"';
  for (const _ of [1, 2]) {
    expect(await admit(test.database, pools, input)).toEqual({ decision: 'ignored', detail });
  }
  const job = await test.database.job.findUniqueOrThrow({ where: { id: input.id } });
  expect(job).toMatchObject({ status: 'ignored', detail, team: 'blue', admittedAt: null });
  await sealAudit(test.database);
  const told = await test.database.$queryRaw<{ type: string; outcome: string }[]>`
    SELECT type, outcome FROM audit_events
    WHERE resource_id = ${input.id} AND correlation_id = ${input.correlationId}
      AND type IN ('label_policy.refused', 'job.admitted')`;
  expect(told).toEqual([{ type: 'label_policy.refused', outcome: 'denied' }]);
});
