import { Anchor, Box, Table } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'react-router';
import type { Job } from '../../api/schemas/job.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { STATUSES } from '../status/statuses.ts';
import { Span } from '../time/span.tsx';
import { TimeAgo } from '../time/time-ago.tsx';
import { Labels } from '../labels/labels.tsx';
import classes from './job-table.module.css';

/** One job of a table. Drawn again only when the job itself changed; its clocks tick by themselves. */
export const JobRow = memo(function JobRow({ job, compact }: { job: Job; compact: boolean }) {
  const { ended } = STATUSES[job.status];
  const where = [job.repository, job.workflow_name, job.branch].filter(Boolean).join(' · ');
  return (
    <Table.Tr className={classes['row']}>
      <Table.Td visibleFrom="sm">
        <StatusMark job={job} />
      </Table.Td>
      <Table.Td className={classes['job']}>
        <Anchor component={Link} to={`/jobs/${job.id}`} className={classes['name']}>
          {job.name}
        </Anchor>
        <Box hiddenFrom="sm" className={classes['status']}>
          <StatusMark job={job} />
        </Box>
        <div className={classes['where']}>{where}</div>
        {job.detail && !isPlain(job) ? <div className={classes['detail']}>{job.detail}</div> : null}
      </Table.Td>
      {compact ? null : (
        <>
          <Table.Td visibleFrom="lg" className={classes['labels']}>
            <Labels labels={job.labels} />
          </Table.Td>
          <Table.Td visibleFrom="md" className={classes['runner']}>
            {job.runner_name}
            <div className={classes['where']}>{job.host_id}</div>
          </Table.Td>
        </>
      )}
      <Table.Td visibleFrom="sm" className={classes['number']}>
        <Span from={job.queued_at} to={job.picked_up_at} ended={ended} />
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['number']}>
        <Span from={job.picked_up_at} to={job.completed_at} ended={ended} />
      </Table.Td>
      <Table.Td className={classes['number']}>
        <TimeAgo at={job.queued_at} />
      </Table.Td>
    </Table.Tr>
  );
});

/** Jobs whose status says it all: they run, or ran. */
function isPlain(job: Job): boolean {
  return job.status === 'running' || job.status === 'completed';
}
