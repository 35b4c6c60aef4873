import type { AuditFilters } from '../audit/audit-filters.ts';
import type { JobFilters } from '../jobs/job-filters.ts';
import type { RunnerFilters } from '../runners/runner-filters.ts';
import type { SecurityFilters } from '../security/security-filters.ts';

/** Keys of the cached answers, in one place, because live events reach all of them. */
export const keys = {
  session: ['session'] as const,
  signInMethods: ['session', 'methods'] as const,
  ownSessions: ['own-sessions'] as const,
  apiTokens: ['api-tokens'] as const,
  overview: ['overview'] as const,
  jobLists: ['jobs'] as const,
  jobList: (filters: JobFilters) => ['jobs', filters] as const,
  job: (id: string) => ['job', id] as const,
  users: ['users'] as const,
  teams: ['teams'] as const,
  team: (name: string) => ['teams', name] as const,
  labelPolicies: ['label-policies'] as const,
  runners: ['runners'] as const,
  runnerList: (filters: RunnerFilters) => ['runners', filters] as const,
  allowance: (team: string | null) => ['allowance', team] as const,
  audit: (filters: AuditFilters) => ['audit', filters] as const,
  auditEventTypes: ['audit-event-types'] as const,
  securityEvents: (filters: SecurityFilters) => ['security-events', filters] as const,
};
