import { Table, VisuallyHidden } from '@mantine/core';
import type { Job } from '../../api/schemas/job.ts';
import { JobRow } from './job-row.tsx';
import classes from './job-table.module.css';

export interface JobTableProps {
  jobs: readonly Job[];
  /** Tells a screen reader what the table holds. */
  caption: string;
  /** Without labels and runner. */
  compact?: boolean;
}

/** Jobs, one a row; on narrow screens the less telling columns give way. */
export function JobTable({ jobs, caption, compact = false }: JobTableProps) {
  return (
    <Table className={classes['table']} highlightOnHover verticalSpacing={8} horizontalSpacing="md">
      <caption>
        <VisuallyHidden>{caption}</VisuallyHidden>
      </caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th visibleFrom="sm">Status</Table.Th>
          <Table.Th>Job</Table.Th>
          {compact ? null : <Table.Th visibleFrom="lg">Labels</Table.Th>}
          {compact ? null : <Table.Th visibleFrom="md">Runner</Table.Th>}
          <Table.Th visibleFrom="sm" className={classes['number']}>
            Waited
          </Table.Th>
          <Table.Th visibleFrom="sm" className={classes['number']}>
            Ran
          </Table.Th>
          <Table.Th className={classes['number']}>Queued</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} compact={compact} />
        ))}
      </Table.Tbody>
    </Table>
  );
}
