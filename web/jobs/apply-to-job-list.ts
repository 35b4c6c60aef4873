import type { InfiniteData } from '@tanstack/react-query';
import type { Job, JobPage } from '../../api/schemas/job.ts';
import { type JobFilters, matchesFilters } from './job-filters.ts';

/** The list after one job changed: shown anew, moved in, or left out where it no longer matches. */
export function applyToJobList(
  list: InfiniteData<JobPage>,
  filters: JobFilters,
  job: Job,
  now: number,
): InfiniteData<JobPage> {
  const matches = matchesFilters(job, filters, now);
  const before = list.pages.flatMap((page) => page.items).find((item) => item.id === job.id);
  if (before && job.updated_at < before.updated_at) return list;
  if (before) {
    return withPages(list, (items) =>
      matches
        ? items.map((item) => (item.id === job.id ? job : item))
        : items.filter((item) => item.id !== job.id),
    );
  }
  return matches ? inserted(list, job) : list;
}

function inserted(list: InfiniteData<JobPage>, job: Job): InfiniteData<JobPage> {
  const older = (item: Job) => Date.parse(item.received_at) <= Date.parse(job.received_at);
  const found = list.pages.findIndex((page) => page.items.some(older));
  const last = list.pages.length - 1;
  // Older than all that is loaded: it will come with the next page, if there is one.
  if (found === -1 && list.pages[last]?.next_cursor !== null) return list;
  const target = found === -1 ? last : found;
  return withPages(list, (items, index) => {
    if (index !== target) return items;
    const place = items.findIndex(older);
    return items.toSpliced(place === -1 ? items.length : place, 0, job);
  });
}

function withPages(
  list: InfiniteData<JobPage>,
  change: (items: Job[], index: number) => Job[],
): InfiniteData<JobPage> {
  return {
    ...list,
    pages: list.pages.map((page, index) => ({ ...page, items: change(page.items, index) })),
  };
}
