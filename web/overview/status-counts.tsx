import { Paper } from '@mantine/core';
import type { Overview } from '../../api/schemas/overview.ts';
import { STATUS_NAMES, STATUSES } from '../status/statuses.ts';
import { StatusCount } from './status-count.tsx';
import classes from './status-counts.module.css';

/** Counts by status, each leading to its jobs. */
export function StatusCounts({ counts }: { counts: Overview['jobs'] }) {
  return (
    <Paper withBorder component="section" aria-label="Jobs by status" className={classes['root']}>
      <Group title="Now" ended={false} counts={counts} />
      <Group title="Last 24 hours" ended counts={counts} />
    </Paper>
  );
}

function Group({
  title,
  ended,
  counts,
}: {
  title: string;
  ended: boolean;
  counts: Overview['jobs'];
}) {
  return (
    <div className={classes['group']}>
      <h2 className={classes['title']}>{title}</h2>
      <ul className={classes['counts']}>
        {STATUS_NAMES.filter((name) => STATUSES[name].ended === ended).map((name) => (
          <StatusCount key={name} status={name} count={counts[name] ?? 0} />
        ))}
      </ul>
    </div>
  );
}
