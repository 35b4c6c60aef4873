import { Grid, Skeleton, Stack } from '@mantine/core';
import { useParams } from 'react-router';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Page } from '../layout/page.tsx';
import { Panel } from '../layout/panel.tsx';
import { JobLog } from '../log/job-log.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobHeading } from './job-heading.tsx';
import { JobNotFound } from './job-not-found.tsx';
import { JobTimeline } from './job-timeline.tsx';
import { JobWord } from './job-word.tsx';
import { isNotFound } from './is-not-found.ts';
import { useJob } from './use-job.ts';

/** All about one job, live. */
export function JobPage() {
  const { id = '' } = useParams();
  const { data: job, error, refetch, isPending } = useJob(id);
  if (error && isNotFound(error)) return <JobNotFound />;
  return (
    <Page title={job ? `${job.name} · ${job.repository}` : 'Job'}>
      {error ? <ErrorNotice error={error} retry={() => void refetch()} /> : null}
      {isPending ? <Skeleton h={480} aria-label="Loading" role="status" /> : null}
      {job ? (
        <>
          <JobHeading job={job} />
          <JobWord job={job} />
          <Grid gap="md">
            <Grid.Col span={{ base: 12, lg: 8 }}>
              <Stack gap="md">
                <Panel title="Timeline">
                  <JobTimeline job={job} />
                </Panel>
                <JobLog key={job.id} job={job} />
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 4 }}>
              <Panel title="Facts">
                <JobFacts job={job} />
              </Panel>
            </Grid.Col>
          </Grid>
        </>
      ) : null}
    </Page>
  );
}
