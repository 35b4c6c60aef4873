import { Box, Paper } from '@mantine/core';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { NoJobs } from '../overview/no-jobs.tsx';
import { ListState } from '../table/list-state.tsx';
import { LoadMore } from '../table/load-more.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered } from './job-filters.ts';
import { JobTable } from './job-table.tsx';
import { NoMatches } from './no-matches.tsx';
import { useJobFilters } from './use-job-filters.ts';
import { useJobs } from './use-jobs.ts';

/** Every job, filtered, the latest first, live. */
export function JobsPage() {
  const { filters, change, clear } = useJobFilters();
  const list = useJobs(filters);
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Jobs">
      <PageHeading title="Jobs" />
      <FilterBar filters={filters} change={change} clear={clear} />
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        <ListState
          query={list}
          isEmpty={jobs.length === 0}
          empty={isFiltered(filters) ? <NoMatches clear={clear} /> : <NoJobs />}
          height={320}
        >
          <Box style={{ opacity: list.isPlaceholderData ? 0.6 : 1 }}>
            <JobTable jobs={jobs} caption="Jobs, the latest first" />
          </Box>
        </ListState>
      </Paper>
      <LoadMore list={list} count={jobs.length} noun={['job', 'jobs']} />
    </Page>
  );
}
