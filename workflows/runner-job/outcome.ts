import { settledStatus } from '../../domain/job-progress.ts';
import type { GithubWord } from '../../domain/launches.ts';
import type { JobEnd } from '../contracts/control-activities.ts';
import type { CancelRequest } from '../contracts/runner-job.ts';

/** Runyard gives a job up: what an operator reads. */
export interface GivenUp {
  status: 'failed' | 'lost';
  code: string;
  detail: string;
}

/** How the job ended. GitHub's word counts most, then the operator's wish, then Runyard's own failure. */
export function endOf(
  id: string,
  word: GithubWord,
  cancel: CancelRequest | null,
  givenUp: GivenUp | null,
): JobEnd {
  if (word.status === 'completed') {
    const status = settledStatus(word.conclusion);
    const detail = `GitHub says: ${word.conclusion ?? 'completed'}`;
    return { id, status, detail, errorCode: null };
  }
  if (cancel) {
    const reason = cancel.reason === '' ? '' : `: ${cancel.reason}`;
    return {
      id,
      status: 'cancelled',
      detail: `Cancelled by ${cancel.by}${reason}`,
      errorCode: null,
    };
  }
  if (givenUp) {
    return { id, status: givenUp.status, detail: givenUp.detail, errorCode: givenUp.code };
  }
  throw new TypeError('The job has not ended');
}
