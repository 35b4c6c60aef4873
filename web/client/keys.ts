import type { JobFilters } from '../jobs/job-filters.ts';

/** Keys of the cached answers, in one place, because live events reach all of them. */
export const keys = {
  session: ['session'] as const,
  signIn: ['sign-in'] as const,
  overview: ['overview'] as const,
  jobLists: ['jobs'] as const,
  jobList: (filters: JobFilters) => ['jobs', filters] as const,
  job: (id: string) => ['job', id] as const,
};
