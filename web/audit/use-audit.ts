import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type {
  AuditEvent,
  AuditEventTypeDescription,
  Page,
  Verification,
} from '../client/contract.ts';
import { keys } from '../client/keys.ts';
import { filterQuery } from '../filters/use-url-filters.ts';
import type { AuditFilters } from './audit-filters.ts';

/** Events of the audit log under filters, the latest first, page by page. */
export function useAuditEvents(filters: AuditFilters) {
  return useInfiniteQuery({
    queryKey: keys.audit(filters),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      call<Page<AuditEvent>>('GET', '/api/audit/logs', {
        query: {
          ...filterQuery(filters),
          limit: '50',
          ...(pageParam !== null && { cursor: pageParam }),
        },
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** What each type of event means. */
export function useAuditEventTypes() {
  return useQuery({
    queryKey: keys.auditEventTypes,
    queryFn: () => call<{ items: AuditEventTypeDescription[] }>('GET', '/api/audit/event-types'),
    staleTime: Infinity,
    select: ({ items }) => items,
  });
}

/** Checks the whole log, from its first event to its last. */
export function useVerifyAudit() {
  return useMutation({ mutationFn: () => call<Verification>('GET', '/api/audit/verify') });
}
