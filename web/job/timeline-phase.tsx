import { formatCoarseDuration, formatDuration } from '../time/duration.ts';
import { formatMoment, formatTime } from '../time/moment.ts';
import type { Phase } from './phases.ts';
import classes from './job-timeline.module.css';

/** One phase: its name, its bar, how long it took, and when it was over. */
export function TimelinePhase({ phase, total }: { phase: Phase; total: number }) {
  const { name, start, duration, coarse, endedAt } = phase;
  const share = (milliseconds: number) => `${(100 * milliseconds) / Math.max(1, total)}%`;
  return (
    <li className={classes['phase']} data-current={endedAt === null || undefined}>
      <span className={classes['name']}>{name}</span>
      <span className={classes['track']} aria-hidden>
        <span
          className={classes['bar']}
          data-running={name === 'Running' || undefined}
          style={{ left: share(start), width: share(duration) }}
        />
      </span>
      <span className={classes['duration']}>
        {coarse ? formatCoarseDuration(duration) : formatDuration(duration)}
      </span>
      <span className={classes['end']}>
        {endedAt === null ? (
          'now'
        ) : (
          <time dateTime={endedAt} title={formatMoment(endedAt)}>
            {formatTime(endedAt)}
          </time>
        )}
      </span>
    </li>
  );
}
