import pRetry from 'p-retry';
import type { Logger } from '../config/log.ts';

/** milliseconds; what can't be recorded by then is given up, so that a job still comes to its end */
const GIVE_UP_AFTER = 10 * 60_000;

/**
 * Does a statement until the database answers, with growing pauses: a record that must not be lost only
 * because the database was away for a while. The statement must be idempotent.
 *
 * @throws the last error once ten minutes of trying are over
 */
export function untilRecorded<T>(what: string, log: Logger, work: () => Promise<T>): Promise<T> {
  return pRetry(work, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 100,
    maxTimeout: 5_000,
    maxRetryTime: GIVE_UP_AFTER,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber % 10 === 1) {
        log.warn({ what, error: error.message }, 'The database did not take a record; retrying');
      }
    },
  });
}
