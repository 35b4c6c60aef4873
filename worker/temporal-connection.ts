import { NativeConnection } from '@temporalio/worker';
import pRetry from 'p-retry';
import type { Logger } from '../config/log.ts';

/**
 * A connection to Temporal, waited for as long as it takes: a worker may start before its server.
 *
 * @param address - host:port
 */
export function connectToTemporal(address: string, log: Logger): Promise<NativeConnection> {
  return pRetry(() => NativeConnection.connect({ address }), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: 5_000,
    onFailedAttempt: ({ attemptNumber }) => {
      if (attemptNumber % 10 === 1)
        log.warn({ address }, 'Temporal does not answer yet; still trying');
    },
  });
}
