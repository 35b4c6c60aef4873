import type { JobStatus } from '../../domain/job-status.ts';
import type { JobModel } from '../../prisma/generated/models/Job.ts';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import type { Job, JobDetail, TimelineStep } from '../schemas/job.ts';

/** A job's record as the API shows it. */
export function toJob(row: JobModel): Job {
  return {
    id: row.id,
    repository: row.repository,
    repository_id: Number(row.repositoryId),
    github_job_id: Number(row.githubJobId),
    run_id: Number(row.runId),
    run_attempt: row.runAttempt,
    workflow_name: row.workflowName,
    name: row.name,
    labels: row.labels,
    branch: row.branch,
    head_sha: row.headSha,
    event: row.event,
    github_url: row.htmlUrl,
    priority: row.priority,
    pool: row.pool,
    team: row.team,
    source: row.source,
    runner_name: row.runnerName,
    host_id: row.hostId,
    container_id: row.containerId,
    status: row.status as JobStatus,
    detail: row.detail,
    error_code: row.errorCode,
    conclusion: row.conclusion,
    attempts: row.attempts,
    correlation_id: row.correlationId,
    delivery_id: row.deliveryId,
    queued_at: row.queuedAt.toISOString(),
    received_at: row.receivedAt.toISOString(),
    admitted_at: row.admittedAt?.toISOString() ?? null,
    claimed_at: row.claimedAt?.toISOString() ?? null,
    minted_at: row.mintedAt?.toISOString() ?? null,
    container_started_at: row.containerStartedAt?.toISOString() ?? null,
    picked_up_at: row.pickedUpAt?.toISOString() ?? null,
    completed_at: row.completedAt?.toISOString() ?? null,
    removed_at: row.removedAt?.toISOString() ?? null,
    updated_at: row.updatedAt.toISOString(),
  };
}

/** Where people look at workflows. */
export interface WorkflowLinks {
  /** Of the Temporal Web UI. */
  baseUrl: string | undefined;
  namespace: string;
}

/** A job with its timeline and the link to its workflow. */
export function toJobDetail(row: JobModel, links: WorkflowLinks): JobDetail {
  const id = jobWorkflowId(row.id);
  const base = links.baseUrl?.replace(/\/+$/, '');
  const path = `namespaces/${encodeURIComponent(links.namespace)}/workflows/${encodeURIComponent(id)}`;
  return {
    ...toJob(row),
    timeline: timeline(row),
    workflow: { id, url: base === undefined ? null : `${base}/${path}` },
  };
}

/**
 * The steps that a job has been through, in their own order and not in that of the clock: GitHub's
 * times have whole seconds, and its clock is not ours.
 */
function timeline(row: JobModel): TimelineStep[] {
  const steps: [string, Date | null][] = [
    ['queued', row.queuedAt],
    ['received', row.receivedAt],
    ['admitted', row.admittedAt],
    ['claimed', row.claimedAt],
    ['minted', row.mintedAt],
    ['container_started', row.containerStartedAt],
    ['picked_up', row.pickedUpAt],
    ['completed', row.completedAt],
    ['removed', row.removedAt],
  ];
  let previous: Date | null = null;
  const reached: TimelineStep[] = [];
  for (const [step, at] of steps) {
    if (!at) continue;
    const since = previous === null ? null : Math.max(0, at.getTime() - previous.getTime());
    reached.push({ step, at: at.toISOString(), milliseconds_since_previous: since });
    previous = at;
  }
  return reached;
}
