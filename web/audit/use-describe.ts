import { useCallback } from 'react';
import { inWords } from './event-appearance.ts';
import { useAuditEventTypes } from './use-audit.ts';

/** Says what a type of event means; its name as words where that isn't known. */
export function useDescribe(): (type: string) => string {
  const { data } = useAuditEventTypes();
  return useCallback(
    (type) => data?.find((known) => known.type === type)?.description ?? inWords(type),
    [data],
  );
}
