/** What Runyard says of a job. `completed` means that it ran to its end, whatever its conclusion. */
export const JOB_STATUSES = [
  'queued',
  'claimed',
  'starting',
  'waiting',
  'running',
  'completed',
  'failed',
  'cancelled',
  'lost',
  'ignored',
] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What GitHub says of a job, as far as it matters here (`waiting`, `pending`, `requested` count as queued). */
export type GithubJobStatus = 'queued' | 'in_progress' | 'completed';

const TERMINAL: ReadonlySet<JobStatus> = new Set([
  'completed',
  'failed',
  'cancelled',
  'lost',
  'ignored',
]);

/** True once nothing of Runyard's is going on for the job any more. */
export function isTerminal(status: JobStatus): boolean {
  return TERMINAL.has(status);
}
