import type { TextFilters } from '../filters/use-url-filters.ts';

/** What the list of own runners can be limited to, by the names that the API and the address use. */
export const RUNNER_FILTERS = ['status', 'team'] as const;

export type RunnerFilters = TextFilters<(typeof RUNNER_FILTERS)[number]>;
