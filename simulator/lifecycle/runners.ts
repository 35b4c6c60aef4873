import type { Runner } from '../entities.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { RunnerLink, World } from '../world.ts';
import { assignRunner, awaitPickup, requeue } from './assign.ts';
import { askToCancel } from './cancel-run.ts';
import { completeJob } from './complete-job.ts';
import { startJob } from './start-job.ts';

/** Registers a runner; its token is known only to the caller. */
export function registerRunner(
  world: World,
  registration: Pick<
    Runner,
    'name' | 'labels' | 'repositoryId' | 'accountId' | 'ephemeral' | 'groupId'
  >,
): { runner: Runner; token: string } {
  const token = newToken('');
  const runner = world.store.runners.put({
    ...registration,
    id: world.store.nextId('runner'),
    tokenHash: hashToken(token),
    createdAt: Date.now(),
    seenAt: null,
    online: false,
    jobId: null,
  });
  limitUnusedTime(world, runner);
  return { runner, token };
}

/** A runner that never connected is removed after a day. */
export function limitUnusedTime(world: World, runner: Runner): void {
  // one that isn't ephemeral is given two weeks, where that has a day
  const seconds = world.settings.unused_runner_seconds * (runner.ephemeral ? 1 : 14);
  const at = runner.createdAt + seconds * 1000;
  world.deadlines.set(`unused ${runner.id}`, at, () => world.store.runners.delete(runner.id));
}

/**
 * Forgets a registration. A job that the runner runs is lost with it; one that it was only offered
 * goes back to the queue.
 */
export function removeRunner(world: World, runner: Runner, tellRunner: boolean): void {
  world.store.runners.delete(runner.id);
  for (const name of ['unused', 'offline']) world.deadlines.clear(`${name} ${runner.id}`);
  const link = world.links.get(runner.id);
  world.links.delete(runner.id);
  if (tellRunner) {
    link?.send('removed');
    link?.close();
  }
  const job = runner.jobId === null ? undefined : world.store.jobs.get(runner.jobId);
  if (job?.status === 'queued') requeue(world, job);
  else if (job) completeJob(world, job, 'failure');
}

/** A runner connected; `working` is the job it says that it is at. */
export function runnerConnected(
  world: World,
  runner: Runner,
  link: RunnerLink,
  working: number | null,
): void {
  world.links.get(runner.id)?.close();
  // A new connection goes to the end of the row: the runner that is idle for longest is served first.
  world.links.delete(runner.id);
  world.links.set(runner.id, link);
  for (const name of ['unused', 'offline']) world.deadlines.clear(`${name} ${runner.id}`);
  world.store.runners.put(Object.assign(runner, { online: true, seenAt: link.heardAt }));
  const job = runner.jobId === null ? undefined : world.store.jobs.get(runner.jobId);
  if (!job) {
    if (working !== null) link.send(`revoked ${working}`);
    return assignRunner(world, runner);
  }
  world.deadlines.clear(`lost ${job.id}`);
  if (job.status === 'queued') {
    if (working !== job.id) return link.send(`job ${job.id}`);
    // It picked the job up just before a crash here: its word counts.
    startJob(world, job, runner);
  }
  if (working !== job.id) return completeJob(world, job, 'failure');
  if (job.cancelRequestedAt !== null) link.send(`cancel ${job.id}`);
}

/** A runner's connection ended: `graceful` when it said that it leaves. */
export function runnerDisconnected(
  world: World,
  runner: Runner,
  link: RunnerLink,
  graceful: boolean,
): void {
  if (world.links.get(runner.id) !== link) return;
  world.links.delete(runner.id);
  world.store.runners.put(Object.assign(runner, { seenAt: link.heardAt }));
  awaitReturn(world, runner, graceful);
}

/** Bounds how long a runner without a connection counts as online, and how long its job as running. */
export function awaitReturn(world: World, runner: Runner, graceful = false): void {
  const seenAt = runner.seenAt ?? Date.now();
  const offlineAt = graceful ? 0 : seenAt + world.settings.runner_offline_seconds * 1000;
  world.deadlines.set(`offline ${runner.id}`, offlineAt, () =>
    world.store.runners.put(Object.assign(runner, { online: false })),
  );
  const job = runner.jobId === null ? undefined : world.store.jobs.get(runner.jobId);
  if (!job || job.status === 'completed') return;
  if (job.status === 'queued') return graceful ? requeue(world, job) : awaitPickup(world, job);
  const lostAt = seenAt + world.settings.lost_job_seconds * 1000;
  world.deadlines.set(`lost ${job.id}`, lostAt, () => completeJob(world, job, 'failure'));
}

/** After a restart: what had a time limit has it again. */
export function resumeRunner(world: World, runner: Runner): void {
  if (runner.seenAt === null) return limitUnusedTime(world, runner);
  // The simulator's own absence is not the runner's silence.
  runner.seenAt = Date.now();
  awaitReturn(world, runner);
  const job = runner.jobId === null ? undefined : world.store.jobs.get(runner.jobId);
  if (job?.status === 'in_progress' && job.cancelRequestedAt !== null) askToCancel(world, job);
}
