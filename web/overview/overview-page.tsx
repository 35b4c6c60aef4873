import { Anchor, Grid, Stack } from '@mantine/core';
import { Link } from 'react-router';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { Panel } from '../layout/panel.tsx';
import { HostList } from './host-list.tsx';
import { JobRows } from './job-rows.tsx';
import { minuteOf } from './last-hour.ts';
import { NoJobs } from './no-jobs.tsx';
import { OverviewSkeleton } from './overview-skeleton.tsx';
import { QueueTimePanel } from './queue-time-panel.tsx';
import { StatusCounts } from './status-counts.tsx';
import { useOverview } from './use-overview.ts';

const SHOWN = 10;

/** How things stand, live. */
export function OverviewPage() {
  const overview = useOverview();
  return (
    <Page title="Overview">
      <PageHeading title="Overview" />
      {overview.error ? (
        <ErrorNotice error={overview.error} retry={() => void overview.refetch()} />
      ) : null}
      {overview.isPending ? <OverviewSkeleton /> : null}
      {overview.data ? (
        <>
          <StatusCounts counts={overview.data.jobs} />
          <Grid gap="md">
            <Grid.Col span={{ base: 12, lg: 8 }}>
              <Stack gap="md">
                <Panel title="Under way" flush>
                  <JobRows
                    jobs={overview.data.running}
                    caption="Jobs under way"
                    empty="No job is under way."
                  />
                </Panel>
                <Panel
                  title="Recent jobs"
                  flush
                  aside={
                    <Anchor component={Link} to="/jobs" size="sm">
                      All jobs
                    </Anchor>
                  }
                >
                  {overview.data.recent.length > 0 ? (
                    <JobRows
                      jobs={overview.data.recent.slice(0, SHOWN)}
                      caption="Recent jobs"
                      empty=""
                    />
                  ) : (
                    <NoJobs />
                  )}
                </Panel>
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 4 }}>
              <Stack gap="md">
                <Panel title="Hosts">
                  <HostList hosts={overview.data.hosts} />
                </Panel>
                <QueueTimePanel
                  points={overview.data.queue_time}
                  until={minuteOf(overview.dataUpdatedAt)}
                />
              </Stack>
            </Grid.Col>
          </Grid>
        </>
      ) : null}
    </Page>
  );
}
