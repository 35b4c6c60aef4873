import type { TextFilters } from '../filters/use-url-filters.ts';

/** What the security events can be limited to, by the names that the API and the address use. */
export const SECURITY_FILTERS = ['subject', 'type', 'severity', 'since'] as const;

export type SecurityFilters = TextFilters<(typeof SECURITY_FILTERS)[number]>;
