import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowIdReusePolicy } from '@temporalio/common';
import { isTerminal, type JobStatus } from '../../domain/job-status.ts';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import {
  type CancelRequest,
  cancelJob,
  RUNNER_JOB,
  type RunnerJobInput,
} from '../../workflows/contracts/runner-job.ts';
import { ConflictError } from '../errors.ts';
import { EVERYTHING, type Scope } from '../scope.ts';
import type { Temporal } from '../temporal.ts';
import { findJob } from './find-job.ts';

/** Milliseconds. */
const DEADLINE = 5_000;

/**
 * Asks a job's workflow to end it, once the wish is audited. One that hasn't been started yet is
 * started for it, so that GitHub is told too.
 *
 * @param told - the event `job.cancel_requested`
 * @throws NotFoundError, ConflictError for a job that is over; Temporal's errors
 */
export async function requestCancel(
  parts: { database: Database; temporal: Temporal; taskQueue: string },
  id: string,
  request: CancelRequest,
  scope: Scope,
  told: ToldEvent,
): Promise<JobModel> {
  const { database, temporal } = parts;
  const job = await findJob(database, id, scope);
  if (isTerminal(job.status as JobStatus)) throw jobIsOver(job);
  await appendAudit(database, told);
  await temporal.within(DEADLINE, () => tell(parts, job, request));
  const detail = `Being cancelled by ${request.by}${request.reason ? `: ${request.reason}` : ''}`;
  await database.job.updateMany({ where: { id, settledAt: null }, data: { detail } });
  return findJob(database, id, EVERYTHING);
}

async function tell(
  { temporal, taskQueue }: { temporal: Temporal; taskQueue: string },
  job: JobModel,
  request: CancelRequest,
): Promise<void> {
  const { workflow } = temporal.client;
  const workflowId = jobWorkflowId(job.id);
  try {
    await workflow.getHandle(workflowId).signal(cancelJob, request);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (job.admittedAt !== null) throw jobIsOver(job);
    try {
      await workflow.signalWithStart(RUNNER_JOB, {
        workflowId,
        taskQueue,
        args: [toInput(job)],
        signal: cancelJob,
        signalArgs: [request],
        // A workflow that has come to its end meanwhile must not run again.
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      });
    } catch (failure) {
      throw failure instanceof WorkflowExecutionAlreadyStartedError ? jobIsOver(job) : failure;
    }
  }
}

function jobIsOver(job: JobModel): ConflictError {
  return new ConflictError(
    'job_over',
    `The job is over (${job.status}): nothing is left to cancel`,
  );
}

function toInput(job: JobModel): RunnerJobInput {
  return {
    id: job.id,
    githubJobId: Number(job.githubJobId),
    runId: Number(job.runId),
    repositoryId: Number(job.repositoryId),
    repository: job.repository,
    installationId: Number(job.installationId),
    labels: job.labels,
    branch: job.branch,
    event: job.event,
    source: job.source as RunnerJobInput['source'],
    correlationId: job.correlationId,
  };
}
