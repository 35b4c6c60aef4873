import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { SecurityFilters } from './security-filters.ts';

/** Milliseconds; whoever watches the page sees an attack without a reload. */
const WATCH_INTERVAL = 15_000;

/** What may be an attack, or somebody probing, the latest first. */
export function useSecurityEvents(filters: SecurityFilters) {
  return useInfiniteQuery({
    queryKey: keys.securityEvents(filters),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => {
      const query = {
        ...filterQuery(filters),
        limit: '50',
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return (await api.v1.admin['security-events'].$get({ query })).json();
    },
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: WATCH_INTERVAL,
    staleTime: 0,
  });
}
