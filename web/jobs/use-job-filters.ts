import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { type JobFilters, NO_FILTERS, readFilters, writeFilters } from './job-filters.ts';

/** The filters in the page's address, so that a view can be linked to, and Back undoes a change. */
export function useJobFilters() {
  const [parameters, setParameters] = useSearchParams();
  const filters = useMemo(() => readFilters(parameters), [parameters]);
  const change = useCallback(
    (changed: Partial<JobFilters>) =>
      setParameters((current) => writeFilters({ ...readFilters(current), ...changed })),
    [setParameters],
  );
  const clear = useCallback(() => setParameters(writeFilters(NO_FILTERS)), [setParameters]);
  return { filters, change, clear };
}
