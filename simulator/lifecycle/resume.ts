import type { World } from '../world.ts';
import { assignJob, awaitPickup } from './assign.ts';
import { limitQueueTime } from './queue-run.ts';
import { resumeRunner } from './runners.ts';

/** After a restart: queues, time limits and webhooks go on where they were. */
export function resume(world: World): void {
  for (const runner of world.store.runners.values()) resumeRunner(world, runner);
  for (const job of world.store.jobs.values()) {
    if (job.status !== 'queued') continue;
    limitQueueTime(world, job);
    if (job.assignedRunnerId === null) {
      world.queue.add(job);
      assignJob(world, job);
    } else awaitPickup(world, job);
  }
  world.webhooks.resume();
}
