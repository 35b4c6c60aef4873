import type { GithubJobStatus, JobStatus } from './job-status.ts';

const ORDER: Record<GithubJobStatus, number> = { queued: 0, in_progress: 1, completed: 2 };

/** True when a word from GitHub is newer than what is known: webhooks arrive in any order. */
export function isForward(known: GithubJobStatus, told: GithubJobStatus): boolean {
  return ORDER[told] > ORDER[known];
}

/** What Runyard says of a job that GitHub says is over: it ran to its end, or was cancelled. */
export function settledStatus(conclusion: string | null): JobStatus {
  return conclusion === 'cancelled' ? 'cancelled' : 'completed';
}
