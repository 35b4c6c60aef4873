import type { Job, Runner } from '../entities.ts';
import { hasLabels } from '../job-queue.ts';
import type { World } from '../world.ts';

/** True when the runner is registered where it serves this repository. */
export function servesRepository(world: World, runner: Runner, repositoryId: number): boolean {
  if (runner.repositoryId !== null) return runner.repositoryId === repositoryId;
  return world.store.repositories.get(repositoryId)?.accountId === runner.accountId;
}

/**
 * Offers a queued job to any idle runner with all its labels, or leaves it in the queue. GitHub binds
 * no job to the runner that somebody launched for it.
 */
export function assignJob(world: World, job: Job): void {
  for (const [runnerId, link] of world.links) {
    const runner = world.store.runners.get(runnerId);
    if (!runner || runner.jobId !== null || link.stalled) continue;
    if (!servesRepository(world, runner, job.repositoryId)) continue;
    if (hasLabels(runner.labels, job.labels)) return offer(world, runner, job);
  }
}

/** Offers the oldest matching job of the queue to an idle runner, if there is one. */
export function assignRunner(world: World, runner: Runner): void {
  const link = world.links.get(runner.id);
  if (!link || link.stalled || runner.jobId !== null) return;
  const jobId = world.queue.oldestFor(runner, (id) => servesRepository(world, runner, id));
  const job = jobId === null ? undefined : world.store.jobs.get(jobId);
  if (job) offer(world, runner, job);
}

function offer(world: World, runner: Runner, job: Job): void {
  world.queue.remove(job);
  runner.jobId = job.id;
  world.store.runners.put(runner);
  job.assignedRunnerId = runner.id;
  job.assignedAt = Date.now();
  world.store.jobs.put(job);
  awaitPickup(world, job);
  world.links.get(runner.id)?.send(`job ${job.id}`);
}

/** A job that its runner doesn't pick up within 60 s goes back to the queue. */
export function awaitPickup(world: World, job: Job): void {
  const at = (job.assignedAt ?? Date.now()) + world.settings.requeue_seconds * 1000;
  world.deadlines.set(`requeue ${job.id}`, at, () => {
    const link = job.assignedRunnerId === null ? null : world.links.get(job.assignedRunnerId);
    if (link) link.stalled = true;
    requeue(world, job);
  });
}

/** Takes an offered job back and offers it to another runner. */
export function requeue(world: World, job: Job): void {
  if (job.status !== 'queued') return;
  withdraw(world, job);
  world.queue.add(job);
  assignJob(world, job);
}

/** Takes an offered job back from its runner. */
export function withdraw(world: World, job: Job): void {
  world.deadlines.clear(`requeue ${job.id}`);
  const runner =
    job.assignedRunnerId === null ? null : world.store.runners.get(job.assignedRunnerId);
  if (runner?.jobId === job.id) {
    runner.jobId = null;
    world.store.runners.put(runner);
  }
  job.assignedRunnerId = null;
  job.assignedAt = null;
  world.store.jobs.put(job);
}
