import type { Account, Job, Repository } from '../entities.ts';
import type { Store } from '../store.ts';
import { developer, webhookOrganization } from './account.ts';
import { jobShape } from './job.ts';
import { fullRepository } from './repository.ts';
import { nodeId } from './time.ts';

/** What is the same in every event of a repository, as JSON: most of the payload and of its cost. */
const surroundings = new WeakMap<Repository, string>();

/** Payload of a `workflow_job` webhook as JSON; `null` when its repository is not known any more. */
export function workflowJobEvent(store: Store, url: string, action: string, job: Job): string {
  const repository = store.repositories.get(job.repositoryId);
  const account = repository && store.accounts.get(repository.accountId);
  const run = store.runs.get(job.runId);
  if (!repository || !account || !run) return 'null';
  const shown = jobShape(url, job, run, repository);
  const event = JSON.stringify({
    action,
    // A webhook names only the steps that have begun.
    workflow_job: { ...shown, steps: shown.steps.filter(({ status }) => status !== 'queued') },
  });
  const rest = surroundings.get(repository) ?? describe(url, repository, account);
  surroundings.set(repository, rest);
  return `${event.slice(0, -1)},${rest.slice(1)}`;
}

function describe(url: string, repository: Repository, account: Account): string {
  return JSON.stringify({
    repository: { ...fullRepository(url, repository, account), custom_properties: {} },
    ...(account.type === 'Organization' ? { organization: webhookOrganization(url, account) } : {}),
    sender: developer(url),
    installation: {
      id: account.installationId,
      node_id: nodeId('MDIzOkludGVncmF0aW9u', account.installationId),
    },
  });
}
