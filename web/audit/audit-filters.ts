import type { TextFilters } from '../filters/use-url-filters.ts';

/** What the audit log can be limited to, by the names that the API and the page's address use. */
export const AUDIT_FILTERS = [
  'text',
  'type',
  'category',
  'severity',
  'actor',
  'resource_type',
  'resource_id',
  'outcome',
  'correlation_id',
  'since',
  'until',
] as const;

export type AuditFilters = TextFilters<(typeof AUDIT_FILTERS)[number]>;

/** The address of the audit log under filters. */
export function auditAddress(filters: Partial<AuditFilters>): string {
  return `/audit?${new URLSearchParams(filters)}`;
}
