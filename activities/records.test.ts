import { afterAll, beforeAll, describe as group, expect, it } from 'vitest';
import { loadSettings } from '../config/load.ts';
import { defaultPool } from '../config/pool.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import type { MintRunnerInput } from '../workflows/contracts/control-activities.ts';
import { jobId } from '../workflows/contracts/ids.ts';
import type { RunnerJobInput } from '../workflows/contracts/runner-job.ts';
import {
  admit,
  describe,
  finish,
  readRunner,
  recordClaim,
  recordMint,
  recordWord,
} from './records.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const pool = defaultPool(loadSettings({}).settings);
let lastJob = 100;

async function queuedJob(data: { githubStatus?: string; runnerName?: string } = {}) {
  lastJob += 1;
  const id = jobId(1, lastJob);
  await test.database.job.create({
    data: {
      id,
      repositoryId: 1,
      githubJobId: lastJob,
      runId: 1,
      repository: 'acme/web',
      name: 'build',
      labels: ['self-hosted'],
      correlationId: 'c',
      queuedAt: new Date(),
      ...data,
    },
  });
  const input: RunnerJobInput = {
    id,
    githubJobId: lastJob,
    runId: 1,
    repositoryId: 1,
    repository: 'acme/web',
    installationId: 1,
    labels: ['self-hosted', 'Linux'],
    branch: null,
    event: null,
    source: 'webhook',
    correlationId: 'c',
  };
  return input;
}

function mintOf(input: RunnerJobInput, launch = 1): MintRunnerInput {
  return {
    jobId: input.id,
    installationId: 1,
    repository: input.repository,
    repositoryId: 1,
    pool,
    runnerName: `ry-default-${input.githubJobId}-${launch}`,
    hostId: 'host-1',
    launch,
    claimedAt: new Date().toISOString(),
  };
}

const read = (id: string) => test.database.job.findUniqueOrThrow({ where: { id } });
const asked = {
  status: 'completed',
  conclusion: 'failure',
  runnerName: 'r',
  startedAt: '2026-01-01T00:00:00Z',
  completedAt: '2026-01-01T00:01:00Z',
} as const;

group('admit', () => {
  it('chooses the pool and says what GitHub has said meanwhile', async () => {
    const input = await queuedJob({ githubStatus: 'in_progress', runnerName: 'other' });
    expect(await admit(test.database, [pool], input)).toMatchObject({
      decision: 'admitted',
      priority: 3,
      fairnessKey: '1',
      word: { status: 'in_progress', runnerName: 'other' },
    });
    expect(await read(input.id)).toMatchObject({ pool: 'default', priority: 3 });
  });

  it('ignores what no pool serves', async () => {
    const input = { ...(await queuedJob()), labels: ['windows'] };
    expect(await admit(test.database, [pool], input)).toMatchObject({ decision: 'ignored' });
    expect(await read(input.id)).toMatchObject({
      status: 'ignored',
      detail: 'No pool serves the labels windows',
    });
  });
});

group('a launch', () => {
  it('is recorded step by step, and the same when repeated', async () => {
    const input = await queuedJob();
    const mint = mintOf(input);
    await recordClaim(test.database, mint);
    expect(await read(input.id)).toMatchObject({
      status: 'claimed',
      hostId: 'host-1',
      attempts: 1,
    });
    await recordMint(test.database, mint, 5);
    await recordMint(test.database, mint, 6);
    expect(await read(input.id)).toMatchObject({ status: 'starting', runnerName: mint.runnerName });
    expect(await test.database.runner.findMany({ where: { jobId: input.id } })).toMatchObject([
      { name: mint.runnerName, githubRunnerId: 6n, hostId: 'host-1' },
    ]);
  });

  it('never sets a job back that runs already', async () => {
    const input = await queuedJob({ githubStatus: 'in_progress', runnerName: 'other' });
    await recordWord(test.database, input.id, {
      ...asked,
      status: 'in_progress',
      conclusion: null,
      completedAt: null,
    });
    await recordClaim(test.database, mintOf(input));
    await recordMint(test.database, mintOf(input), 5);
    expect(await read(input.id)).toMatchObject({ status: 'running', runnerName: 'r' });
  });
});

group('a runner', () => {
  it('is needed as long as its job, or another of the same place, waits', async () => {
    const input = { ...(await queuedJob()), repositoryId: 77, repository: 'other/app' };
    const mint = { ...mintOf(input), repositoryId: 77 };
    const isNeeded = (one: MintRunnerInput) => recordClaim(test.database, one);
    expect(await isNeeded(mint)).toBe(true);
    await test.database.job.update({
      where: { id: input.id },
      data: { githubStatus: 'in_progress', status: 'running' },
    });
    expect(await isNeeded(mint)).toBe(false);
    const waiting = await queuedJob();
    await test.database.job.update({
      where: { id: waiting.id },
      data: { repositoryId: 77, repository: 'other/web', pool: 'default' },
    });
    expect(await isNeeded(mint)).toBe(true);
    const inOrganization = { ...mint, repositoryId: 78, repository: 'other/app' };
    expect(await isNeeded(inOrganization)).toBe(false);
    const pool_ = { ...pool, scope: 'organization' as const };
    expect(await isNeeded({ ...inOrganization, pool: pool_ })).toBe(true);
    await finish(test.database, {
      id: waiting.id,
      status: 'cancelled',
      detail: '',
      errorCode: null,
    });
    expect(await isNeeded(mint)).toBe(false);
  });
});

group('what is read of a runner', () => {
  it('is whom it served, and whether a launch is owed for that', async () => {
    const [owner, other] = [await queuedJob(), await queuedJob()];
    await recordMint(test.database, mintOf(owner), 5);
    const { runnerName } = mintOf(owner);
    const readIt = () => readRunner(test.database, { jobId: owner.id, runnerName });
    const word = { status: 'queued', conclusion: null, runnerName: null };
    expect(await readIt()).toMatchObject({ word, job: { status: 'starting' }, served: null });
    await test.database.runner.update({
      where: { name: runnerName },
      data: { servedJobId: other.githubJobId },
    });
    const given = { githubStatus: 'in_progress', status: 'running', runnerName };
    await test.database.job.update({ where: { id: other.id }, data: given });
    const { githubJobId } = other;
    expect((await readIt()).served).toEqual({ githubJobId, owed: false });
    await admit(test.database, [pool], other);
    expect(await readIt()).toMatchObject({ word, served: { githubJobId, owed: true } });
  });

  it('is how its own job ended', async () => {
    const input = await queuedJob();
    await recordWord(test.database, input.id, asked);
    await finish(test.database, {
      ...{ id: input.id, status: 'completed', detail: 'Ran on r', errorCode: null },
    });
    expect(await readRunner(test.database, { jobId: input.id, runnerName: 'r' })).toEqual({
      word: { status: 'completed', conclusion: 'failure', runnerName: 'r' },
      job: { status: 'completed', detail: 'Ran on r' },
      served: null,
    });
  });
});

group('the end', () => {
  it('takes its times from GitHub’s answer, and is recorded once', async () => {
    const input = await queuedJob();
    await recordWord(test.database, input.id, asked);
    await finish(test.database, {
      id: input.id,
      status: 'completed',
      detail: 'GitHub says: failure',
      errorCode: null,
    });
    const first = await read(input.id);
    expect(first).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      pickedUpAt: new Date(asked.startedAt),
      completedAt: new Date(asked.completedAt),
    });
    expect(first.settledAt).not.toBeNull();
    await finish(test.database, {
      id: input.id,
      status: 'cancelled',
      detail: 'late',
      errorCode: null,
    });
    await describe(test.database, { id: input.id, status: 'queued', detail: 'late' });
    expect(await read(input.id)).toEqual(first);
  });

  it('of a job that used up its time is that, whatever GitHub was told by the stopped runner', async () => {
    const input = await queuedJob();
    await test.database.job.update({
      where: { id: input.id },
      data: { errorCode: 'run_timeout', detail: 'Stopped after 9 s' },
    });
    const end = { id: input.id, status: 'cancelled', detail: 'GitHub says: cancelled' } as const;
    expect(await finish(test.database, { ...end, errorCode: null })).toEqual({
      status: 'failed',
      detail: 'Stopped after 9 s',
    });
  });

  it('that Runyard declared itself is replaced by GitHub’s word, and keeps its place', async () => {
    const input = await queuedJob();
    await finish(test.database, {
      id: input.id,
      status: 'lost',
      detail: 'gone',
      errorCode: 'runner_lost',
    });
    const lost = await read(input.id);
    await finish(test.database, {
      id: input.id,
      status: 'completed',
      detail: 'GitHub says: success',
      errorCode: null,
    });
    expect(await read(input.id)).toMatchObject({
      status: 'completed',
      errorCode: null,
      settledSequence: lost.settledSequence,
    });
  });
});
