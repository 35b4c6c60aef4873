import { matchesPattern } from './pattern.ts';
import type { PriorityRule } from './pool.ts';

/** What of a job the rules look at. */
export interface PrioritySubject {
  labels: readonly string[];
  repository: string;
  branch: string | null;
  event: string | null;
}

/** Priority of a job that no rule names. */
export const DEFAULT_PRIORITY = 3;

/** The priority (1 first … 5 last) by the first rule of which every named field matches. */
export function priorityOf(job: PrioritySubject, rules: readonly PriorityRule[]): number {
  const fits = (pattern: string | undefined, value: string | null) =>
    pattern === undefined || (value !== null && matchesPattern(pattern, value));
  const rule = rules.find(
    ({ label, repository, branch, event }) =>
      (label === undefined || job.labels.some((one) => matchesPattern(label, one))) &&
      fits(repository, job.repository) &&
      fits(branch, job.branch) &&
      fits(event, job.event),
  );
  return rule?.priority ?? DEFAULT_PRIORITY;
}
