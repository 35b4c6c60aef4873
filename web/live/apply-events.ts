import { type InfiniteData, notifyManager, type QueryClient } from '@tanstack/react-query';
import { keys } from '../client/keys.ts';
import type { JobDetail, JobPage } from '../../api/schemas/job.ts';
import type { Overview } from '../../api/schemas/overview.ts';
import { applyToJobList } from '../jobs/apply-to-job-list.ts';
import type { JobFilters } from '../jobs/job-filters.ts';
import { applyToOverview, needsReload } from '../overview/apply-to-overview.ts';
import type { LiveEvent } from './feed.ts';
import { refreshSoon } from './refresh-soon.ts';

/** Brings every cached answer up to date with what the server told. */
export function applyEvents(client: QueryClient, events: readonly LiveEvent[]): void {
  notifyManager.batch(() => {
    for (const event of events) {
      applyToCachedOverview(client, event);
      if (event.kind !== 'job') continue;
      applyToCachedLists(client, event);
      applyToCachedJob(client, event);
    }
  });
}

function applyToCachedOverview(client: QueryClient, event: LiveEvent): void {
  const overview = client.getQueryData<Overview>(keys.overview);
  if (!overview) return;
  client.setQueryData(keys.overview, applyToOverview(overview, event));
  if (needsReload(overview, event)) refreshSoon(client, keys.overview);
}

function applyToCachedLists(client: QueryClient, event: LiveEvent & { kind: 'job' }): void {
  const lists = client.getQueriesData<InfiniteData<JobPage>>({ queryKey: keys.jobLists });
  for (const [key, list] of lists) {
    if (!list) continue;
    const filters = key[1] as JobFilters;
    client.setQueryData(key, applyToJobList(list, filters, event.value, Date.now()));
  }
}

/** The timeline is the server's to say, so it is asked for; the rest is shown at once. */
function applyToCachedJob(client: QueryClient, event: LiveEvent & { kind: 'job' }): void {
  const key = keys.job(event.value.id);
  const job = client.getQueryData<JobDetail>(key);
  if (!job || event.value.updated_at < job.updated_at) return;
  client.setQueryData<JobDetail>(key, { ...job, ...event.value });
  refreshSoon(client, key);
}
