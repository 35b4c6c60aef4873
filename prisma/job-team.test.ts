import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { matchesPattern } from '../domain/pattern.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());
beforeEach(async () => {
  await world.database.job.deleteMany();
  await world.database.team.deleteMany();
});

const team = (name: string, ...repositories: string[]) =>
  world.database.team.create({ data: { name, repositories } });

async function teamOf(repository: string): Promise<string | null> {
  const rows = await world.database.$queryRaw<{ team: string | null }[]>`
    SELECT team_of_repository(${repository}) AS team`;
  return rows[0]?.team ?? null;
}

let made = 0;
function job(repository: string, status = 'queued') {
  made += 1;
  return world.database.job.create({
    data: {
      id: `1-${made}`,
      repositoryId: 1n,
      githubJobId: BigInt(made),
      runId: 1n,
      repository,
      name: 'build',
      labels: [],
      status,
      correlationId: 'test',
      queuedAt: new Date(),
    },
  });
}
const teamOfJob = async (id: string) =>
  (await world.database.job.findUniqueOrThrow({ where: { id } })).team;

it('takes the most specific pattern, whatever the case', async () => {
  await team('all', '*');
  await team('acme', 'acme/*');
  await team('billing', 'nobody/here', 'Acme/Billing-*');
  await team('core', 'acme/billing-core');
  expect(await teamOf('acme/web')).toBe('acme');
  expect(await teamOf('ACME/billing-api')).toBe('billing');
  expect(await teamOf('acme/billing-core')).toBe('core');
  expect(await teamOf('other/web')).toBe('all');
});

it('takes a name before a pattern of more letters, and the first team of equals', async () => {
  await team('zebra', 'acme/a');
  await team('long', 'acme/a*', '*acme/a*');
  await team('b', 'same/*');
  await team('a', 'same/*');
  expect(await teamOf('acme/a')).toBe('zebra');
  expect(await teamOf('same/x')).toBe('a');
  expect(await teamOf('unknown/x')).toBeNull();
});

it('fits what the patterns of the domain fit', async () => {
  const text = fc.stringMatching(/^[ab_%\\]{0,6}$/);
  const pattern = fc.stringMatching(/^[aB_%\\*]{0,5}$/);
  await fc.assert(
    fc.asyncProperty(pattern, text, async (p, t) => {
      await world.database.team.deleteMany();
      await team('only', p);
      expect(await teamOf(t)).toBe(matchesPattern(p, t) ? 'only' : null);
    }),
    { numRuns: 150 },
  );
});

it('gives a new job its team, and follows the teams until the job is over', async () => {
  const early = await job('acme/web');
  const over = await job('acme/web', 'completed');
  expect(early.team).toBeNull();
  const acme = await team('acme', 'acme/*');
  expect((await job('acme/other')).team).toBe('acme');
  expect(await teamOfJob(early.id)).toBe('acme');
  expect(await teamOfJob(over.id)).toBeNull();
  await world.database.team.update({ where: { id: acme.id }, data: { name: 'renamed' } });
  expect(await teamOfJob(early.id)).toBe('renamed');
  await team('web', 'acme/web');
  expect(await teamOfJob(early.id)).toBe('web');
  await world.database.team.deleteMany();
  expect(await teamOfJob(early.id)).toBeNull();
});

it('lets an admission that waited for a change of teams see that change', async () => {
  const waiting = await job('acme/web');
  let admitted: Promise<unknown> | undefined;
  await world.database.$transaction(async (change) => {
    await change.team.create({ data: { name: 'acme', repositories: ['acme/*'] } });
    const admission = world.database.$executeRaw`
      UPDATE jobs SET pool = 'default', team = team_of_repository(repository)
      WHERE id = ${waiting.id}`;
    admitted = admission.then((count) => count);
    await untilSomebodyWaits();
  });
  await admitted;
  const row = await world.database.job.findUniqueOrThrow({ where: { id: waiting.id } });
  expect(row).toMatchObject({ team: 'acme', pool: 'default' });
});

/** Asked outside of a transaction: within one PostgreSQL answers what it first saw. */
async function untilSomebodyWaits(): Promise<void> {
  await vi.waitFor(async () => {
    const rows = await world.owner.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    expect(rows[0]?.waiting).toBe(1);
  });
}
