import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../client/api.ts';

import { keys } from '../client/keys.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { AuditFilters } from './audit-filters.ts';

/** Events of the audit log under filters, the latest first, page by page. */
export function useAuditEvents(filters: AuditFilters) {
  return useInfiniteQuery({
    queryKey: keys.audit(filters),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => {
      const query = {
        ...filterQuery(filters),
        limit: '50',
        ...(pageParam !== null && { cursor: pageParam }),
      };
      return (await api.audit.logs.$get({ query })).json();
    },
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** What each type of event means. */
export function useAuditEventTypes() {
  return useQuery({
    queryKey: keys.auditEventTypes,
    queryFn: async () => (await api.audit['event-types'].$get()).json(),
    staleTime: Infinity,
    select: ({ items }) => items,
  });
}

/** Checks the whole log, from its first event to its last. */
export function useVerifyAudit() {
  return useMutation({ mutationFn: async () => (await api.audit.verify.$get()).json() });
}
