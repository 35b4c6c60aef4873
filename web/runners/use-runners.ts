import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { Allowance, Page, Provisioned, Registration } from '../client/contract.ts';
import { keys } from '../client/keys.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { RunnerFilters } from './runner-filters.ts';

/** Milliseconds; runners come online and go by themselves. */
const WATCH_INTERVAL = 5000;

/** Runners that were given out for people's own machines. */
export function useRunners(filters: RunnerFilters) {
  return useQuery({
    queryKey: keys.runnerList(filters),
    queryFn: () =>
      call<Page<Registration>>('GET', '/api/v1/runners', { query: filterQuery(filters) }),
    placeholderData: keepPreviousData,
    refetchInterval: WATCH_INTERVAL,
    staleTime: 0,
  });
}

/** What may be asked for, and how much of it is used; `team` null: for oneself. */
export function useAllowance(team: string | null) {
  return useQuery({
    queryKey: keys.allowance(team),
    queryFn: () =>
      call<Allowance>('GET', '/api/v1/runners/allowance', {
        query: team === null ? {} : { team },
      }),
    staleTime: 0,
  });
}

export interface RunnerWish {
  runner_name: string;
  labels: string[];
  ephemeral: boolean;
  mode: Registration['mode'];
  runner_group?: string;
  team?: string;
  target?: string;
}

/** Asks for a runner's registration; the answer holds its secret, this once. */
export function useProvisionRunner() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: RunnerWish) =>
      call<Provisioned>('POST', '/api/v1/runners/provision', { json }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runners }),
    gcTime: 0,
  });
}

/** Compares a runner with GitHub now. */
export function useRefreshRunner(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      call<Registration>('POST', `/api/v1/runners/${encodeURIComponent(name)}/refresh`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runners }),
  });
}

/** Removes a runner at GitHub and here. */
export function useDeleteRunner(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ force }: { force: boolean }) =>
      call<void>('DELETE', `/api/v1/runners/${encodeURIComponent(name)}`, {
        query: force ? { force: 'true' } : {},
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.runners }),
  });
}
