import type { Conclusion, Job } from '../entities.ts';
import type { World } from '../world.ts';

/** A runner picked the job up. */
export function startJob(world: World, job: Job, runner: { id: number; name: string }): void {
  const now = Date.now();
  world.deadlines.clear(`requeue ${job.id}`);
  world.deadlines.clear(`queued ${job.id}`);
  world.queue.remove(job);
  job.status = 'in_progress';
  job.assignedRunnerId = null;
  job.assignedAt ??= now;
  job.runnerId = runner.id;
  job.runnerName = runner.name;
  job.startedAt = now;
  world.store.jobs.put(job);
  const run = world.store.runs.get(job.runId);
  if (run) world.store.runs.put(Object.assign(run, { updatedAt: now }));
  world.webhooks.jobChanged('in_progress', job);
}

/** A step of a running job began (`conclusion` null) or ended. */
export function progressStep(
  world: World,
  job: Job,
  number: number,
  conclusion: Conclusion | null,
): void {
  const step = job.steps.find((candidate) => candidate.number === number);
  if (!step || job.status !== 'in_progress') return;
  step.startedAt ??= Date.now();
  step.status = conclusion === null ? 'in_progress' : 'completed';
  step.conclusion = conclusion;
  step.completedAt = conclusion === null ? null : Date.now();
  world.store.jobs.put(job);
}
