import type { Database } from '../../prisma/client.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import { NotFoundError } from '../errors.ts';

const ID = /^\d{1,16}-\d{1,16}$/;

/** @throws NotFoundError also for an id that no job can have */
export async function findJob(database: Database, id: string): Promise<JobModel> {
  const job = ID.test(id) ? await database.job.findUnique({ where: { id } }) : null;
  if (!job) throw new NotFoundError('such job');
  return job;
}
