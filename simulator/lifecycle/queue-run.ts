import { createHash } from 'node:crypto';
import type { Job, JobPlan, Repository, Run } from '../entities.ts';
import type { World } from '../world.ts';
import { assignJob } from './assign.ts';
import { completeJob } from './complete-job.ts';

export interface RunOrder {
  repository: Repository;
  workflow: string;
  branch: string;
  event: string;
  headSha: string | null;
  plans: JobPlan[];
}

/** Makes a workflow run and queues its jobs. */
export function queueRun(world: World, order: RunOrder): Run {
  const { store } = world;
  const before = [...store.runs.values()].filter(
    ({ repositoryId, workflow }) =>
      repositoryId === order.repository.id && workflow === order.workflow,
  );
  const id = store.nextId('run');
  const now = Date.now();
  const run: Run = {
    id,
    repositoryId: order.repository.id,
    workflow: order.workflow,
    workflowId: before[0]?.workflowId ?? store.nextId('workflow'),
    branch: order.branch,
    event: order.event,
    headSha: order.headSha ?? createHash('sha1').update(`commit ${id}`).digest('hex'),
    runNumber: (before.at(-1)?.runNumber ?? 0) + 1,
    attempt: 1,
    plans: order.plans,
    jobIds: [],
    createdAt: now,
    attemptStartedAt: now,
    updatedAt: now,
  };
  queueAttempt(world, run);
  store.prune();
  return run;
}

/** Runs every job of a finished run again: new jobs, one attempt further. */
export function rerun(world: World, run: Run): void {
  run.attempt += 1;
  run.attemptStartedAt = Date.now();
  queueAttempt(world, run);
}

/** Lets jobs that wait for an approval into the queue. */
export function approveRun(world: World, run: Run): void {
  for (const job of jobsOf(world, run)) {
    if (job.status !== 'waiting') continue;
    job.queuedAt = Date.now();
    enqueue(world, job);
  }
}

/** Jobs of the latest attempt. */
export function jobsOf(world: World, run: Run): Job[] {
  return run.jobIds.flatMap((id) => world.store.jobs.get(id) ?? []);
}

function queueAttempt(world: World, run: Run): void {
  const now = Date.now();
  const jobs = run.plans.map((plan): Job => ({
    id: world.store.nextId('job'),
    runId: run.id,
    attempt: run.attempt,
    repositoryId: run.repositoryId,
    name: plan.name,
    labels: plan.labels,
    steps: plan.steps.map((step, index) => ({
      number: index + 1,
      ...step,
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
    })),
    status: 'waiting',
    conclusion: null,
    createdAt: now,
    queuedAt: now,
    assignedRunnerId: null,
    assignedAt: null,
    runnerId: null,
    runnerName: null,
    startedAt: null,
    completedAt: null,
    cancelRequestedAt: null,
  }));
  run.jobIds = jobs.map(({ id }) => id);
  run.updatedAt = now;
  world.store.runs.put(run);
  for (const job of jobs) world.store.jobs.put(job);
  jobs.forEach((job, index) => {
    if (run.plans[index]?.waiting) world.webhooks.jobChanged('waiting', job);
    else enqueue(world, job);
  });
}

function enqueue(world: World, job: Job): void {
  job.status = 'queued';
  world.store.jobs.put(job);
  world.webhooks.jobChanged('queued', job);
  world.queue.add(job);
  limitQueueTime(world, job);
  assignJob(world, job);
}

/** A job that is queued for 24 hours fails. */
export function limitQueueTime(world: World, job: Job): void {
  const at = job.queuedAt + world.settings.queue_limit_seconds * 1000;
  world.deadlines.set(`queued ${job.id}`, at, () => completeJob(world, job, 'failure'));
}
