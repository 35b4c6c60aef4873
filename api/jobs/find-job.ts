import type { Database } from '../../prisma/client.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import { NotFoundError } from '../errors.ts';
import { jobsInScope, type Scope } from '../scope.ts';

const ID = /^\d{1,16}-\d{1,16}$/;

/** @throws NotFoundError also for an id that no job can have, and for a job outside of the scope */
export async function findJob(database: Database, id: string, scope: Scope): Promise<JobModel> {
  const job = ID.test(id)
    ? await database.job.findFirst({ where: { id, ...jobsInScope(scope) } })
    : null;
  if (!job) throw new NotFoundError('such job');
  return job;
}
