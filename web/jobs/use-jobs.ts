import { type InfiniteData, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { JobPage } from '../../api/schemas/job.ts';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';
import type { LiveEvent } from '../live/feed.ts';
import { useLive } from '../live/live-context.ts';
import { applyToJobList } from './apply-to-job-list.ts';
import { type JobFilters, SPANS } from './job-filters.ts';

const PAGE_SIZE = '50';

/** Jobs under filters, the latest first, page by page; live. */
export function useJobs(filters: JobFilters) {
  const { feed } = useLive();
  return useInfiniteQuery({
    queryKey: keys.jobList(filters),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      feed.during(
        () => loadPage(filters, pageParam),
        (page, event) => applyToPage(page, pageParam, filters, event),
      ),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

async function loadPage(filters: JobFilters, cursor: string | null): Promise<JobPage> {
  const { status, repository, label, pool, host, since } = filters;
  const answer = await api.jobs.$get({
    query: {
      limit: PAGE_SIZE,
      ...(status.length > 0 && { status: status.join(',') }),
      ...(repository && { repository }),
      ...(label && { label }),
      ...(pool && { pool }),
      ...(host && { host }),
      ...(since && { since: new Date(Date.now() - SPANS[since].milliseconds).toISOString() }),
      ...(cursor !== null && { cursor }),
    },
  });
  return answer.json();
}

/** New jobs belong on the first page; on later ones only what is there already can change. */
function applyToPage(
  page: JobPage,
  cursor: string | null,
  filters: JobFilters,
  event: LiveEvent,
): JobPage {
  if (event.kind !== 'job') return page;
  const known = page.items.some((item) => item.id === event.value.id);
  if (cursor !== null && !known) return page;
  const list: InfiniteData<JobPage> = { pages: [page], pageParams: [cursor] };
  return applyToJobList(list, filters, event.value, Date.now()).pages[0] ?? page;
}
