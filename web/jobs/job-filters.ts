import type { Job } from '../../api/schemas/job.ts';
import { isJobStatus, type JobStatus } from '../status/statuses.ts';

/** Spans of time that the list can be limited to. */
export const SPANS = {
  '15m': { label: 'Last 15 minutes', milliseconds: 900_000 },
  '1h': { label: 'Last hour', milliseconds: 3_600_000 },
  '24h': { label: 'Last 24 hours', milliseconds: 86_400_000 },
  '7d': { label: 'Last 7 days', milliseconds: 604_800_000 },
} as const;
export type Span = keyof typeof SPANS;

/** What the list of jobs is limited to; the page's address holds it. */
export interface JobFilters {
  status: JobStatus[];
  repository: string;
  label: string;
  pool: string;
  host: string;
  since: Span | null;
}

export const NO_FILTERS: JobFilters = {
  status: [],
  repository: '',
  label: '',
  pool: '',
  host: '',
  since: null,
};

/** Reads filters from an address; what isn't understood is left out. */
export function readFilters(parameters: URLSearchParams): JobFilters {
  const since = parameters.get('since');
  return {
    status: parameters
      .getAll('status')
      .flatMap((text) => text.split(','))
      .filter(isJobStatus),
    repository: parameters.get('repository') ?? '',
    label: parameters.get('label') ?? '',
    pool: parameters.get('pool') ?? '',
    host: parameters.get('host') ?? '',
    since: since !== null && Object.hasOwn(SPANS, since) ? (since as Span) : null,
  };
}

/** The address's parameters for filters; those that limit nothing don't appear. */
export function writeFilters(filters: JobFilters): URLSearchParams {
  const parameters = new URLSearchParams(filters.status.map((status) => ['status', status]));
  for (const name of ['repository', 'label', 'pool', 'host', 'since'] as const) {
    const value = filters[name];
    if (value) parameters.set(name, value);
  }
  return parameters;
}

/** Whether any filter is set. */
export function isFiltered(filters: JobFilters): boolean {
  return writeFilters(filters).size > 0;
}

/** Whether the API would list a job under these filters; `now` in milliseconds. */
export function matchesFilters(job: Job, filters: JobFilters, now: number): boolean {
  const { status, repository, label, pool, host, since } = filters;
  if (status.length > 0 && !status.includes(job.status)) return false;
  if (repository && job.repository !== repository) return false;
  if (label && !job.labels.includes(label)) return false;
  if (pool && job.pool !== pool) return false;
  if (host && job.host_id !== host) return false;
  return since === null || Date.parse(job.received_at) >= now - SPANS[since].milliseconds;
}
