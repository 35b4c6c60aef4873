import { Link } from 'react-router';
import { type JobStatus, STATUSES } from '../status/statuses.ts';
import tones from '../status/status.module.css';
import classes from './status-counts.module.css';

/** How many jobs have one status. */
export function StatusCount({ status, count }: { status: JobStatus; count: number }) {
  const { label, meaning, tone, icon: Icon, ended } = STATUSES[status];
  const since = ended ? '&since=24h' : '';
  return (
    <li className={classes['item']}>
      <Link
        to={`/jobs?status=${status}${since}`}
        className={classes['count']}
        title={meaning}
        data-zero={count === 0 || undefined}
      >
        <span className={classes['label']}>
          <Icon size={14} aria-hidden className={count > 0 ? tones[tone] : undefined} />
          {label}
        </span>
        <span className={classes['number']}>{count}</span>
      </Link>
    </li>
  );
}
