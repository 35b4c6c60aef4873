import { Box, Button, Center, Paper, Skeleton, Text } from '@mantine/core';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { NoJobs } from '../overview/no-jobs.tsx';
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
  const empty = list.isSuccess && jobs.length === 0;
  return (
    <Page title="Jobs">
      <PageHeading title="Jobs" />
      <FilterBar filters={filters} change={change} clear={clear} />
      {list.error ? <ErrorNotice error={list.error} retry={() => void list.refetch()} /> : null}
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        {list.isPending ? (
          <Box p="md" role="status" aria-label="Loading" aria-busy>
            <Skeleton h={320} />
          </Box>
        ) : null}
        {empty ? isFiltered(filters) ? <NoMatches clear={clear} /> : <NoJobs /> : null}
        {jobs.length > 0 ? (
          <Box style={{ opacity: list.isPlaceholderData ? 0.6 : 1 }}>
            <JobTable jobs={jobs} caption="Jobs, the latest first" />
          </Box>
        ) : null}
      </Paper>
      {jobs.length > 0 ? (
        <Center>
          {list.hasNextPage ? (
            <Button
              variant="default"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Load more
            </Button>
          ) : (
            <Text size="xs" c="dimmed" role="status">
              {jobs.length === 1 ? 'One job' : `All ${jobs.length} jobs`} shown
            </Text>
          )}
        </Center>
      ) : null}
    </Page>
  );
}
