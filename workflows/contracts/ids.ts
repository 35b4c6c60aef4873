/** A job's id in Runyard's API and database: GitHub's repository id and job id, joined. */
export function jobId(repositoryId: number, githubJobId: number): string {
  return `${repositoryId}-${githubJobId}`;
}

/** The workflow id is the lock and the dedupe key of a job. */
export function jobWorkflowId(id: string): string {
  return `job/${id.replace('-', '/')}`;
}
