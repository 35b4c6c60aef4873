import type { Job, Repository, Run, Step } from '../entities.ts';
import { DEFAULT_GROUP } from './runner.ts';
import { githubTime, githubTimeOrNull, nodeId } from './time.ts';

/** A job as the API and `workflow_job` webhooks show it. */
export function jobShape(url: string, job: Job, run: Run, repository: Repository) {
  const api = `${url}/repos/${repository.fullName}`;
  const started = job.runnerId !== null;
  return {
    id: job.id,
    run_id: job.runId,
    workflow_name: run.workflow,
    head_branch: run.branch,
    run_url: `${api}/actions/runs/${job.runId}`,
    run_attempt: job.attempt,
    node_id: nodeId('CR', job.id),
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${url}/${repository.fullName}/actions/runs/${job.runId}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: githubTime(job.createdAt),
    started_at: githubTime(job.startedAt ?? job.queuedAt),
    completed_at: githubTimeOrNull(job.completedAt),
    name: job.name,
    steps: started ? job.steps.map(stepShape) : [],
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: job.labels,
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    runner_group_id: started ? DEFAULT_GROUP.id : null,
    runner_group_name: started ? DEFAULT_GROUP.name : null,
  };
}

function stepShape(step: Step) {
  return {
    name: step.name,
    status: step.status,
    conclusion: step.conclusion,
    number: step.number,
    started_at: githubTimeOrNull(step.startedAt),
    completed_at: githubTimeOrNull(step.completedAt),
  };
}
