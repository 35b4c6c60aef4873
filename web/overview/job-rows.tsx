import { Text } from '@mantine/core';
import type { Job } from '../../api/schemas/job.ts';
import { JobTable } from '../jobs/job-table.tsx';

export interface JobRowsProps {
  jobs: readonly Job[];
  caption: string;
  /** Said where there are none. */
  empty: string;
}

/** A short list of jobs on the overview. */
export function JobRows({ jobs, caption, empty }: JobRowsProps) {
  if (jobs.length === 0) {
    return (
      <Text c="dimmed" size="sm" p="md">
        {empty}
      </Text>
    );
  }
  return <JobTable jobs={jobs} caption={caption} compact />;
}
