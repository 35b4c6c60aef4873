import type { GithubJobStatus } from '../../domain/job-status.ts';
import type { GithubTarget } from '../../workflows/contracts/control-activities.ts';
import type { GithubClient } from './client.ts';
import { githubFailure, refusal } from './failures.ts';

/** GitHub's word on a job, with its times. */
export interface AskedJob {
  status: GithubJobStatus;
  conclusion: string | null;
  runnerName: string | null;
  startedAt: string | null;
  completedAt: string | null;
}

/** Asks for one job; null when GitHub knows none of that id. */
export async function fetchJob(
  client: GithubClient,
  input: GithubTarget & { githubJobId: number },
): Promise<AskedJob | null> {
  const [owner = '', repo = ''] = input.repository.split('/');
  try {
    const octokit = await client.forRepository(input);
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/jobs/{job_id}', {
      owner,
      repo,
      job_id: input.githubJobId,
    });
    const status: GithubJobStatus =
      data.status === 'in_progress' || data.status === 'completed' ? data.status : 'queued';
    return {
      status,
      conclusion: data.conclusion,
      // a queued job may carry the name of a runner that never took it
      runnerName: status === 'queued' ? null : data.runner_name,
      startedAt: status === 'queued' ? null : data.started_at,
      completedAt: data.completed_at,
    };
  } catch (error) {
    if (refusal(error)?.status === 404) return null;
    throw githubFailure(error, `tell about a job of ${input.repository}`, Date.now());
  }
}

/** Cancels a workflow run; a run that is already over is no error. */
export async function cancelWorkflowRun(
  client: GithubClient,
  input: GithubTarget & { runId: number },
): Promise<void> {
  const [owner = '', repo = ''] = input.repository.split('/');
  try {
    const octokit = await client.forRepository(input);
    await octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
      owner,
      repo,
      run_id: input.runId,
    });
  } catch (error) {
    const status = refusal(error)?.status;
    if (status === 409 || status === 404) return;
    throw githubFailure(error, `cancel a run of ${input.repository}`, Date.now());
  }
}
