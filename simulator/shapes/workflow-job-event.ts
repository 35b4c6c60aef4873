import type { Job } from '../entities.ts';
import type { Store } from '../store.ts';
import { developer, webhookOrganization } from './account.ts';
import { jobShape } from './job.ts';
import { fullRepository } from './repository.ts';
import { nodeId } from './time.ts';

/** Payload of a `workflow_job` webhook; null when its repository is not known any more. */
export function workflowJobEvent(store: Store, url: string, action: string, job: Job) {
  const repository = store.repositories.get(job.repositoryId);
  const account = repository && store.accounts.get(repository.accountId);
  const run = store.runs.get(job.runId);
  if (!repository || !account || !run) return null;
  const shown = jobShape(url, job, run, repository);
  return {
    action,
    workflow_job: {
      ...shown,
      // A webhook names only the steps that have begun.
      steps: shown.steps.filter(({ status }) => status !== 'queued'),
    },
    repository: { ...fullRepository(url, repository, account), custom_properties: {} },
    ...(account.type === 'Organization' ? { organization: webhookOrganization(url, account) } : {}),
    sender: developer(url),
    installation: {
      id: account.installationId,
      node_id: nodeId('MDIzOkludGVncmF0aW9u', account.installationId),
    },
  };
}
