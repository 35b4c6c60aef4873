import type { Conclusion, Job } from '../entities.ts';
import type { World } from '../world.ts';
import { assignRunner, withdraw } from './assign.ts';

/** Ends a job, whatever state it is in. An ephemeral runner that ran it vanishes. */
export function completeJob(world: World, job: Job, conclusion: Conclusion): void {
  if (job.status === 'completed') return;
  const now = Date.now();
  const offeredTo = job.assignedRunnerId;
  if (job.status === 'queued') {
    world.queue.remove(job);
    withdraw(world, job);
  }
  for (const name of ['queued', 'lost', 'cancel']) world.deadlines.clear(`${name} ${job.id}`);
  job.status = 'completed';
  job.conclusion = conclusion;
  job.completedAt = now;
  for (const step of job.steps) {
    if (step.status === 'completed') continue;
    step.conclusion = step.status === 'in_progress' ? conclusion : 'skipped';
    step.status = 'completed';
    step.startedAt ??= now;
    step.completedAt = now;
  }
  world.store.jobs.put(job);
  const run = world.store.runs.get(job.runId);
  if (run) world.store.runs.put(Object.assign(run, { updatedAt: now }));
  world.webhooks.jobChanged('completed', job);
  release(world, job, offeredTo);
}

function release(world: World, job: Job, offeredTo: number | null): void {
  const offered = offeredTo === null ? null : world.store.runners.get(offeredTo);
  if (offered) {
    world.links.get(offered.id)?.send(`revoked ${job.id}`);
    assignRunner(world, offered);
  }
  const runner = job.runnerId === null ? null : world.store.runners.get(job.runnerId);
  if (!runner || runner.jobId !== job.id) return;
  const link = world.links.get(runner.id);
  if (runner.ephemeral) {
    world.store.runners.delete(runner.id);
    world.deadlines.clear(`offline ${runner.id}`);
    world.links.delete(runner.id);
    // The runner forgets its result once it hears this.
    world.store.flush();
    link?.send('goodbye');
    link?.close();
    return;
  }
  runner.jobId = null;
  world.store.runners.put(runner);
  link?.send(`finished ${job.id}`);
  assignRunner(world, runner);
}
