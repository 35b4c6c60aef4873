import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Registration } from '../../api/schemas/registration.ts';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { RunnerFilters } from './runner-filters.ts';

const { runners } = api.v1;

/** Milliseconds; runners come online and go by themselves. */
const WATCH_INTERVAL = 5000;

/** Runners that were given out for people's own machines, the latest first, page by page. */
export function useRunners(filters: RunnerFilters) {
  return useInfiniteQuery({
    queryKey: keys.runnerList(filters),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => {
      const query = {
        ...filterQuery(filters),
        limit: '50',
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return (await runners.$get({ query })).json();
    },
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: WATCH_INTERVAL,
    staleTime: 0,
  });
}

/** What may be asked for, and how much of it is used; `team` null: for oneself. */
export function useAllowance(team: string | null) {
  return useQuery({
    queryKey: keys.allowance(team),
    queryFn: async () =>
      (await runners.allowance.$get({ query: team === null ? {} : { team } })).json(),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

export interface RunnerWish {
  runner_name: string;
  labels: string[];
  ephemeral: boolean;
  mode: Registration['mode'];
  runner_group?: string;
  /** null: for oneself. */
  team: string | null;
  target?: string;
}

/** Asks for a runner's registration; the answer holds its secret, this once. */
export function useProvisionRunner() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (json: RunnerWish) => (await runners.provision.$post({ json })).json(),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runners }),
    gcTime: 0,
  });
}

/** Compares a runner with GitHub now. @param id - of its registration: names may come again */
export function useRefreshRunner(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () =>
      (await runners[':name'].refresh.$post({ param: { name: id }, query: {} })).json(),
    onSettled: () => client.invalidateQueries({ queryKey: keys.runners }),
  });
}

/** Removes a runner at GitHub and here. */
export function useDeleteRunner(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ force }: { force: boolean }) =>
      runners[':name'].$delete({ param: { name: id }, query: force ? { force: 'true' } : {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.runners }),
  });
}
