/** Names of the labels by which a host worker knows what is its own, with no other memory. */
export const LABELS = {
  managed: 'runyard.managed',
  host: 'runyard.host',
  job: 'runyard.job',
  workflow: 'runyard.workflow',
  /** The run of the workflow: its id may be used again, by a retried job. */
  run: 'runyard.run',
  runner: 'runyard.runner',
  repository: 'runyard.repository',
  pool: 'runyard.pool',
} as const;

/** One run of one workflow. */
export interface WorkflowRun {
  workflowId: string;
  runId: string;
}

export function containerLabels(
  hostId: string,
  owner: WorkflowRun,
  runner: { jobId: string; runnerName: string; repositoryId: number; pool: { name: string } },
): Record<string, string> {
  return {
    [LABELS.managed]: 'true',
    [LABELS.host]: hostId,
    [LABELS.job]: runner.jobId,
    [LABELS.workflow]: owner.workflowId,
    [LABELS.run]: owner.runId,
    [LABELS.runner]: runner.runnerName,
    [LABELS.repository]: String(runner.repositoryId),
    [LABELS.pool]: runner.pool.name,
  };
}

export function networkLabels(hostId: string, repositoryId: number): Record<string, string> {
  return {
    [LABELS.managed]: 'true',
    [LABELS.host]: hostId,
    [LABELS.repository]: String(repositoryId),
  };
}

/** Docker's filter for what belongs to this host worker. */
export function hostFilter(hostId: string): string[] {
  return [`${LABELS.managed}=true`, `${LABELS.host}=${hostId}`];
}
