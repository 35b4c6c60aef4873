import type { JobStatus } from '../../domain/job-status.ts';
import type { Launches } from '../../domain/launches.ts';

/** Where a job that is not over stands, in a status and one plain sentence. */
export function progressOf({ word, owed, runners }: Launches): {
  status: JobStatus;
  detail: string;
} {
  if (word.status === 'in_progress') {
    return { status: 'running', detail: `Running on ${word.runnerName ?? 'a runner'}` };
  }
  const phases = new Set(
    runners.filter((runner) => runner.servedJobId === null).map((runner) => runner.phase),
  );
  if (phases.has('following')) {
    return { status: 'waiting', detail: 'Runner started; GitHub gives it a job' };
  }
  if (phases.has('launching')) {
    return { status: 'starting', detail: 'A host is claimed; its runner is being started' };
  }
  if (owed) {
    const detail = 'Its runner was given another job; waiting for the one launched for that job';
    return { status: 'queued', detail };
  }
  return { status: 'queued', detail: 'Waiting for a free slot on a host' };
}
