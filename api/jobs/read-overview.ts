import { isTerminal, JOB_STATUSES, type JobStatus } from '../../domain/job-status.ts';
import type { Dependencies } from '../dependencies.ts';
import { isEverything, jobsInScope, jobsInScopeSql, type Scope } from '../scope.ts';
import type { Overview, QueueTime } from '../schemas/overview.ts';
import { toHost } from '../views/host-view.ts';
import { toJob } from '../views/job-view.ts';

const UNDER_WAY = JOB_STATUSES.filter((status) => !isTerminal(status));
const MOST_RUNNING = 50;
const MOST_RECENT = 20;
const DAY = 24 * 3_600_000;

type Parts = Pick<Dependencies, 'database' | 'settings'>;

/** How things stand now, as far as the scope reaches. */
export async function readOverview({ database, settings }: Parts, scope: Scope): Promise<Overview> {
  const now = new Date();
  const own = jobsInScope(scope);
  const [counts, running, recent, hosts, queueTime] = await Promise.all([
    countJobs(database, now, scope),
    database.job.findMany({
      where: { status: { in: UNDER_WAY }, ...own },
      orderBy: [{ receivedAt: 'asc' }, { id: 'asc' }],
      take: MOST_RUNNING,
    }),
    database.job.findMany({
      where: own,
      orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
      take: MOST_RECENT,
    }),
    isEverything(scope) ? database.host.findMany({ orderBy: { id: 'asc' } }) : [],
    readQueueTime(database, scope),
  ]);
  return {
    jobs: counts,
    running: running.map(toJob),
    recent: recent.map(toJob),
    hosts: hosts.map((row) => toHost(row, now, settings.HOST_TIMEOUT)),
    queue_time: queueTime,
  };
}

async function countJobs(
  database: Parts['database'],
  now: Date,
  scope: Scope,
): Promise<Overview['jobs']> {
  const groups = await database.job.groupBy({
    by: ['status'],
    where: {
      ...jobsInScope(scope),
      OR: [{ status: { in: UNDER_WAY } }, { receivedAt: { gte: new Date(now.getTime() - DAY) } }],
    },
    _count: true,
  });
  const counts = Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Overview['jobs'];
  for (const { status, _count } of groups) counts[status as JobStatus] = _count;
  return counts;
}

/** From queued to picked up, both by GitHub's clock. */
async function readQueueTime(database: Parts['database'], scope: Scope): Promise<QueueTime[]> {
  const rows = await database.$queryRaw<
    { at: Date; jobs: number; p50_seconds: number; p95_seconds: number }[]
  >`
    SELECT date_trunc('minute', picked_up_at) AS at, count(*)::int AS jobs,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50_seconds,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95_seconds
    FROM jobs CROSS JOIN LATERAL (
      SELECT GREATEST(0, extract(epoch FROM picked_up_at - queued_at))::float AS seconds) AS waited
    WHERE picked_up_at > now() - interval '1 hour' AND received_at > now() - interval '1 day'
      AND ${jobsInScopeSql(scope)}
    GROUP BY 1 ORDER BY 1`;
  return rows.map(({ at, ...figures }) => ({ at: at.toISOString(), ...figures }));
}
