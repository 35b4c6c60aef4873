import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  TypedSearchAttributes,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import type { GithubJobStatus } from '../../domain/job-status.ts';
import { isTerminal } from '../../domain/job-status.ts';
import type { Pool } from '../../domain/pool.ts';
import { matchPool } from '../../domain/pool-match.ts';
import { isRunnerOf, runnerName } from '../../domain/runner-name.ts';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import {
  registrationSeen,
  registrationWorkflowId,
} from '../../workflows/contracts/registration.ts';
import { jobProgressed, RUNNER_JOB, runnerTaken } from '../../workflows/contracts/runner-job.ts';
import {
  deliveryIdKey,
  poolKey,
  repositoryKey,
  runnerNameKey,
  teamKey,
} from '../../workflows/contracts/search-attributes.ts';
import type { PendingDelivery, PendingJob } from './pending-delivery.ts';

/** The job's last workflow has not ended yet, so that a retry can't start the next one. */
export class StillRunningError extends Error {
  constructor(workflowId: string) {
    super(`Workflow ${workflowId} still runs`);
  }
}

export interface HandOverTarget {
  client: Client;
  /** Of the control worker. */
  taskQueue: string;
  pools: readonly Pool[];
}

/**
 * Tells Temporal of a delivery that stands in the inbox: starts the job's workflow, or signals it.
 * Doing it again changes nothing, so whoever is not sure whether it was done does it once more.
 *
 * @throws StillRunningError, and whatever Temporal's client throws
 */
export async function handOver(target: HandOverTarget, delivery: PendingDelivery): Promise<void> {
  const { job } = delivery;
  switch (delivery.action) {
    case 'queued':
    case 'retry':
      // GitHub's word has overtaken the webhook, or the job was cancelled before it began.
      if (isTerminal(job.status) || job.githubStatus !== 'queued') return;
      await startJob(target, delivery, delivery.action === 'retry');
      return;
    case 'in_progress':
      await Promise.all([
        signalProgress(target.client, delivery, delivery.action),
        signalOwner(target.client, delivery),
        signalRegistration(target.client, delivery, 'busy'),
      ]);
      return;
    case 'completed':
      await Promise.all([
        signalProgress(target.client, delivery, delivery.action),
        signalRegistration(target.client, delivery, 'idle'),
      ]);
      return;
    default:
      throw new Error(`Nothing is known to do for the action ${delivery.action}`);
  }
}

async function startJob(
  { client, taskQueue, pools }: HandOverTarget,
  { job, deliveryId }: PendingDelivery,
  isRetry: boolean,
): Promise<void> {
  const workflowId = jobWorkflowId(job.input.id);
  try {
    await client.workflow.start(RUNNER_JOB, {
      workflowId,
      taskQueue,
      args: [job.input],
      // A closed id: a webhook that comes again must not run the job twice, an operator's retry must.
      workflowIdReusePolicy: isRetry
        ? WorkflowIdReusePolicy.ALLOW_DUPLICATE
        : WorkflowIdReusePolicy.REJECT_DUPLICATE,
      // A running id: for a webhook that came twice the one workflow is what was asked for; a retry
      // has to wait until the workflow before it has torn everything down.
      workflowIdConflictPolicy: isRetry
        ? WorkflowIdConflictPolicy.FAIL
        : WorkflowIdConflictPolicy.USE_EXISTING,
      typedSearchAttributes: searchAttributes(job, deliveryId, pools),
      memo: describeForOperators(job),
      staticSummary: `${job.input.repository}: ${job.name}`.slice(0, 200),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // REJECT_DUPLICATE met a closed workflow: the job has had its run.
    if (isRetry) throw new StillRunningError(workflowId);
  }
}

/** With those that the workflow would else have to add itself: each costs its history an event. */
function searchAttributes(job: PendingJob, deliveryId: string, pools: readonly Pool[]) {
  const attributes = [
    { key: repositoryKey, value: job.input.repository },
    { key: deliveryIdKey, value: deliveryId },
  ];
  if (job.team !== null) attributes.push({ key: teamKey, value: job.team });
  const pool = matchPool(job.input.labels, pools);
  if (pool) {
    const firstRunner = runnerName(pool.name, job.input.githubJobId, job.attempts + 1);
    attributes.push({ key: poolKey, value: pool.name }, { key: runnerNameKey, value: firstRunner });
  }
  return new TypedSearchAttributes(attributes);
}

function describeForOperators({ input, name }: PendingJob) {
  return {
    correlation_id: input.correlationId,
    job: name.slice(0, 200),
    github_job_id: input.githubJobId,
    labels: input.labels,
  };
}

/** No workflow is fine: none was started, or it has ended. The job's record holds GitHub's word. */
async function signalProgress(
  client: Client,
  delivery: PendingDelivery,
  status: GithubJobStatus,
): Promise<void> {
  const { conclusion, runnerName, job } = delivery;
  const recorded = isTerminal(job.status) ? { status: job.status, detail: job.detail } : null;
  await unlessGone(client.workflow.getHandle(jobWorkflowId(job.input.id)), (workflow) =>
    workflow.signal(jobProgressed, { status, conclusion, runnerName, recorded }),
  );
}

/** GitHub gives a job to any matching runner: whoever launched this one for another job must know. */
async function signalOwner(client: Client, delivery: PendingDelivery): Promise<void> {
  const { runnerName, ownerJobId, job } = delivery;
  if (!runnerName || !ownerJobId || ownerJobId === job.input.id) return;
  const { githubJobId } = job.input;
  const owed = isLaunchOwed(delivery);
  await unlessGone(client.workflow.getHandle(jobWorkflowId(ownerJobId)), (workflow) =>
    workflow.signal(runnerTaken, { runnerName, githubJobId, owed }),
  );
}

/** The runner is one that somebody was given: its registration follows what it does. */
async function signalRegistration(
  client: Client,
  { registrationId, job }: PendingDelivery,
  state: 'busy' | 'idle',
): Promise<void> {
  if (registrationId === null) return;
  const { githubJobId } = job.input;
  await unlessGone(client.workflow.getHandle(registrationWorkflowId(registrationId)), (workflow) =>
    workflow.signal(registrationSeen, { state, githubJobId }),
  );
}

/**
 * The job that was given a runner of another one launches, or has launched, one in turn: even one that
 * lost its place in the queue by that does. One that Runyard has given up does not.
 */
function isLaunchOwed({ job, runnerName }: PendingDelivery): boolean {
  const isGivenUp = isTerminal(job.status) && job.status !== 'completed';
  return (
    job.isAdmitted &&
    !isGivenUp &&
    job.pool !== null &&
    runnerName !== null &&
    isRunnerOf(job.pool, runnerName)
  );
}

/**
 * Whether a workflow may hear of it a moment later: the job is at work on a runner of ours, whose
 * container stands. The record holds what GitHub said; the workflows look there when the container
 * ends, and have nothing to do before unless somebody has lost a runner for good.
 */
export function mayWait(delivery: PendingDelivery): boolean {
  const { action, ownerJobId, job, runnerStands } = delivery;
  if (!runnerStands || (action !== 'in_progress' && action !== 'completed')) return false;
  return ownerJobId === null || ownerJobId === job.input.id || isLaunchOwed(delivery);
}

async function unlessGone(
  workflow: WorkflowHandle,
  signal: (workflow: WorkflowHandle) => Promise<void>,
): Promise<void> {
  try {
    await signal(workflow);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
