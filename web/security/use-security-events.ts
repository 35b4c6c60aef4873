import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { AuditEventView } from '../../api/schemas/audit.ts';
import type { Page } from '../client/contract.ts';
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
    queryFn: ({ pageParam }) =>
      call<Page<AuditEventView>>('GET', '/api/v1/admin/security-events', {
        query: {
          ...filterQuery(filters),
          limit: '50',
          ...(pageParam !== null && { cursor: pageParam }),
        },
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: WATCH_INTERVAL,
    staleTime: 0,
  });
}
