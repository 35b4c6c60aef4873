import type { Job, Run } from '../entities.ts';
import type { World } from '../world.ts';
import { completeJob } from './complete-job.ts';
import { jobsOf } from './queue-run.ts';

/**
 * Cancels what a run still has to do. Queued jobs end at once; a running one ends when its runner says
 * so, or after five minutes, or at once where no runner can be told.
 */
export function cancelRun(world: World, run: Run, force = false): void {
  for (const job of jobsOf(world, run)) {
    if (job.status === 'completed') continue;
    if (job.status !== 'in_progress' || force) {
      completeJob(world, job, 'cancelled');
      continue;
    }
    job.cancelRequestedAt ??= Date.now();
    world.store.jobs.put(job);
    askToCancel(world, job);
  }
}

/** Tells the job's runner to stop it, and bounds the wait for that. */
export function askToCancel(world: World, job: Job): void {
  const runner = job.runnerId === null ? undefined : world.store.runners.get(job.runnerId);
  // A job started through the control API has no runner that could answer.
  if (!runner || runner.seenAt === null) return completeJob(world, job, 'cancelled');
  world.links.get(runner.id)?.send(`cancel ${job.id}`);
  const at = (job.cancelRequestedAt ?? Date.now()) + world.settings.cancel_grace_seconds * 1000;
  world.deadlines.set(`cancel ${job.id}`, at, () => completeJob(world, job, 'cancelled'));
}

/** How a run stands, from its jobs. */
export function runOutcome(
  world: World,
  run: Run,
): { status: Job['status']; conclusion: Job['conclusion'] } {
  const jobs = jobsOf(world, run);
  const all = (status: Job['status']) => jobs.every((job) => job.status === status);
  if (all('completed')) {
    const found = (['cancelled', 'failure'] as const).find((wanted) =>
      jobs.some(({ conclusion }) => conclusion === wanted),
    );
    return { status: 'completed', conclusion: found ?? 'success' };
  }
  if (all('waiting')) return { status: 'waiting', conclusion: null };
  const begun = jobs.some(({ status }) => status === 'in_progress' || status === 'completed');
  return { status: begun ? 'in_progress' : 'queued', conclusion: null };
}
