import type { Database } from '../../prisma/client.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import type { RunnerModel } from '../../prisma/generated/models/Runner.ts';
import { isEverything, type Scope } from '../scope.ts';

/**
 * The runner whose output may be shown as the job's. GitHub may give the runner that was launched
 * for one team's job to another team's: who sees only their own then has to wait until it's known
 * whose job it serves, or that it served none.
 */
export async function runnerOfJob(
  database: Database,
  job: Pick<JobModel, 'runnerName' | 'githubJobId'>,
  scope: Scope,
): Promise<{ name: string; record: RunnerModel | null } | null> {
  if (job.runnerName === null) return null;
  const name = job.runnerName;
  const record = await database.runner.findUnique({ where: { name } });
  if (isEverything(scope)) return { name, record };
  if (!record) return null;
  const isOwn =
    record.servedJobId === null ? record.exitedAt !== null : record.servedJobId === job.githubJobId;
  return isOwn ? { name, record } : null;
}
