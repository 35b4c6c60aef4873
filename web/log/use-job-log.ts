import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { keys } from '../client/keys.ts';
import { type LogSnapshot, LogStore, NO_LOG } from './log-store.ts';

const never = () => () => undefined;
const noLog = () => NO_LOG;

/**
 * A job's log, live.
 *
 * @param runnerName - the job's runner; another one has another log, none has none
 */
export function useJobLog(jobId: string, runnerName: string | null): LogSnapshot {
  const client = useQueryClient();
  const store = useMemo(() => {
    if (runnerName === null) return null;
    return new LogStore(jobId, () => void client.invalidateQueries({ queryKey: keys.job(jobId) }));
  }, [client, jobId, runnerName]);
  return useSyncExternalStore(store?.subscribe ?? never, store?.snapshot ?? noLog);
}
