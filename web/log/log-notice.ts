import type { Job } from '../../api/schemas/job.ts';
import { STATUSES } from '../status/statuses.ts';
import type { LogSnapshot } from './log-store.ts';

/** What stands where a log would, while there is none. */
export function logNotice(job: Job, state: LogSnapshot['state']): string {
  if (state === 'none') {
    return STATUSES[job.status].ended
      ? 'No runner was launched for this job, so there is no output.'
      : 'The log begins as soon as a runner has been launched.';
  }
  if (state === 'ended') return 'The runner wrote nothing, or its output is no longer kept.';
  if (state === 'reconnecting') return 'The connection was lost; it is being made again.';
  return 'Waiting for the runner’s first output.';
}
