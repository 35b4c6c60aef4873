import type { Job } from '../../api/schemas/job.ts';
import { appearanceOf } from './appearance.ts';
import classes from './status.module.css';

/** A job's status as an icon and a word; never by colour alone. */
export function StatusMark({ job }: { job: Pick<Job, 'status' | 'conclusion'> }) {
  const { label, meaning, tone, icon: Icon } = appearanceOf(job);
  return (
    <span className={classes['mark']} title={meaning}>
      <Icon
        size={16}
        aria-hidden
        className={`${classes['icon']} ${classes[tone]}`}
        data-moving={job.status === 'running' || undefined}
      />
      {label}
    </span>
  );
}
