import type { Delivery, Job, Run, Runner } from '../entities.ts';
import { jobsOf } from '../lifecycle/queue-run.ts';
import { runOutcome } from '../lifecycle/cancel-run.ts';
import { saysBusy } from '../shapes/runner.ts';
import type { World } from '../world.ts';

/** A time with milliseconds, which GitHub's own answers don't have. */
function time(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

function repositoryName(world: World, id: number | null): string | null {
  return id === null ? null : (world.store.repositories.get(id)?.fullName ?? null);
}

/** A job as the control API shows it. */
export function controlJob(world: World, job: Job) {
  const assigned = job.assignedRunnerId;
  return {
    id: job.id,
    run_id: job.runId,
    run_attempt: job.attempt,
    repository: repositoryName(world, job.repositoryId),
    repository_id: job.repositoryId,
    name: job.name,
    labels: job.labels,
    status: job.status,
    conclusion: job.conclusion,
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    assigned_runner: assigned === null ? null : (world.store.runners.get(assigned)?.name ?? null),
    steps: job.steps.map(({ number, name, status, conclusion }) => ({
      number,
      name,
      status,
      conclusion,
    })),
    queued_at: time(job.queuedAt),
    assigned_at: time(job.assignedAt),
    started_at: time(job.startedAt),
    completed_at: time(job.completedAt),
  };
}

/** A workflow run as the control API shows it, with the jobs of its latest attempt. */
export function controlRun(world: World, run: Run) {
  return {
    id: run.id,
    repository: repositoryName(world, run.repositoryId),
    repository_id: run.repositoryId,
    workflow: run.workflow,
    branch: run.branch,
    event: run.event,
    head_sha: run.headSha,
    run_number: run.runNumber,
    run_attempt: run.attempt,
    ...runOutcome(world, run),
    created_at: time(run.createdAt),
    jobs: jobsOf(world, run).map((job) => controlJob(world, job)),
  };
}

/** A runner as the control API shows it. */
export function controlRunner(world: World, runner: Runner) {
  const account = runner.accountId === null ? null : world.store.accounts.get(runner.accountId);
  return {
    id: runner.id,
    name: runner.name,
    repository: repositoryName(world, runner.repositoryId),
    organization: account?.login ?? null,
    labels: runner.labels,
    status: runner.online ? 'online' : 'offline',
    busy: saysBusy(world, runner),
    ephemeral: runner.ephemeral,
    job_id: runner.jobId,
    connected: world.links.has(runner.id),
    created_at: time(runner.createdAt),
  };
}

/** A delivery as the control API shows it. */
export function controlDelivery(world: World, delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    event: delivery.event,
    action: delivery.action,
    repository: repositoryName(world, delivery.repositoryId),
    job_id: delivery.job?.id ?? null,
    redelivery: delivery.redelivery,
    status: delivery.status,
    status_code: delivery.statusCode,
    fault: delivery.fault,
    created_at: time(delivery.createdAt),
    delivered_at: time(delivery.deliveredAt),
    milliseconds: delivery.milliseconds,
  };
}
