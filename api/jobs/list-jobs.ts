import { z } from 'zod';
import type { Database } from '../../prisma/client.ts';
import type { JobWhereInput } from '../../prisma/generated/models/Job.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { jobsInScope, type Scope } from '../scope.ts';
import type { JobPage, JobQuery } from '../schemas/job.ts';
import { toJob } from '../views/job-view.ts';

const cursorSchema = z.tuple([
  z.iso.datetime().refine((text) => new Date(text).getTime() >= 0),
  z
    .string()
    .max(64)
    .regex(/^\d+-\d+$/),
]);

/** One page of jobs, the latest received first. */
export async function listJobs(
  database: Database,
  query: JobQuery,
  scope: Scope,
): Promise<JobPage> {
  const { limit = 50, cursor } = query;
  const rows = await database.job.findMany({
    where: { AND: [jobsInScope(scope), filter(query), cursor === undefined ? {} : after(cursor)] },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLastPage = rows.length <= limit || !last;
  return {
    items: page.map(toJob),
    next_cursor: isLastPage ? null : encodeCursor([last.receivedAt.toISOString(), last.id]),
  };
}

function filter(query: JobQuery): JobWhereInput {
  const { status, repository, pool, host, label, since, until, github_job_id: githubJobId } = query;
  return {
    ...(status ? { status: { in: status } } : {}),
    ...(repository === undefined ? {} : { repository }),
    ...(pool === undefined ? {} : { pool }),
    ...(host === undefined ? {} : { hostId: host }),
    ...(label === undefined ? {} : { labels: { has: label } }),
    ...(githubJobId === undefined ? {} : { githubJobId }),
    ...(since === undefined && until === undefined
      ? {}
      : {
          receivedAt: {
            ...(since === undefined ? {} : { gte: new Date(since) }),
            ...(until === undefined ? {} : { lt: new Date(until) }),
          },
        }),
  };
}

function after(cursor: string): JobWhereInput {
  const [at, id] = decodeCursor(cursorSchema, cursor);
  const receivedAt = new Date(at);
  return { OR: [{ receivedAt: { lt: receivedAt } }, { receivedAt, id: { gt: id } }] };
}
