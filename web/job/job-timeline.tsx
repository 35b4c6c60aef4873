import { Text } from '@mantine/core';
import type { JobDetail } from '../../api/schemas/job.ts';
import { formatCoarseDuration } from '../time/duration.ts';
import { formatMoment } from '../time/moment.ts';
import { useNow } from '../time/use-now.ts';
import { phasesOf } from './phases.ts';
import { TimelinePhase } from './timeline-phase.tsx';
import classes from './job-timeline.module.css';

/** A job's phases as bars on one scale of time. */
export function JobTimeline({ job }: { job: JobDetail }) {
  const phases = phasesOf(job, useNow());
  const last = phases.at(-1);
  const first = job.timeline[0];
  if (!last || !first) return <Text c="dimmed">Nothing has happened yet.</Text>;
  const total = last.start + last.duration;
  return (
    <>
      <ol className={classes['phases']}>
        {phases.map((phase) => (
          <TimelinePhase key={phase.name} phase={phase} total={total} />
        ))}
      </ol>
      <Text size="xs" c="dimmed" mt="sm" className="numeric">
        Queued at GitHub <time dateTime={first.at}>{formatMoment(first.at)}</time>
        {last.endedAt === null ? ', so far ' : ', in all '}
        {formatCoarseDuration(total)}
      </Text>
    </>
  );
}
