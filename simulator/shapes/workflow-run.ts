import type { Account, Repository, Run } from '../entities.ts';
import { runOutcome } from '../lifecycle/cancel-run.ts';
import type { World } from '../world.ts';
import { developer } from './account.ts';
import { minimalRepository } from './repository.ts';
import { githubTime, nodeId } from './time.ts';

/** A workflow run as the API shows it. */
export function workflowRun(world: World, run: Run, repository: Repository, account: Account) {
  const url = world.addresses.api;
  const api = `${url}/repos/${repository.fullName}`;
  const self = `${api}/actions/runs/${run.id}`;
  const actor = developer(url);
  const shownRepository = minimalRepository(url, repository, account);
  const slug = run.workflow.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    id: run.id,
    name: run.workflow,
    node_id: nodeId('WFR', run.id),
    head_branch: run.branch,
    head_sha: run.headSha,
    path: `.github/workflows/${slug}.yml`,
    display_title: run.workflow,
    run_number: run.runNumber,
    event: run.event,
    ...runOutcome(world, run),
    workflow_id: run.workflowId,
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CS', run.id),
    url: self,
    html_url: `${url}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: githubTime(run.createdAt),
    updated_at: githubTime(run.updatedAt),
    actor,
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: githubTime(run.attemptStartedAt),
    triggering_actor: actor,
    jobs_url: `${self}/jobs`,
    logs_url: `${self}/logs`,
    check_suite_url: `${api}/check-suites/${run.id}`,
    artifacts_url: `${self}/artifacts`,
    cancel_url: `${self}/cancel`,
    rerun_url: `${self}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${self}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflowId}`,
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: 'A change',
      timestamp: githubTime(run.createdAt),
      author: { name: 'Developer', email: 'developer@example.com' },
      committer: { name: 'Developer', email: 'developer@example.com' },
    },
    repository: shownRepository,
    head_repository: shownRepository,
  };
}
