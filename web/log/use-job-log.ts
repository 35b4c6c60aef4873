import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { keys } from '../client/keys.ts';
import { type LogSnapshot, LogStore } from './log-store.ts';

/**
 * A job's log, live.
 *
 * @param runnerName - the job's runner; with another one the log is another
 */
export function useJobLog(jobId: string, runnerName: string | null): LogSnapshot {
  const client = useQueryClient();
  const store = useMemo(
    () => new LogStore(jobId, () => void client.invalidateQueries({ queryKey: keys.job(jobId) })),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the name chooses the log
    [client, jobId, runnerName],
  );
  return useSyncExternalStore(store.subscribe, store.snapshot);
}
