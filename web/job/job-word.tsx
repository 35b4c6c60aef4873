import { Code, Paper } from '@mantine/core';
import type { JobDetail } from '../../api/schemas/job.ts';
import { appearanceOf } from '../status/appearance.ts';
import tones from '../status/status.module.css';
import classes from './job-word.module.css';

/** What Runyard says of a job in a sentence: what it waits for, or why it ended. */
export function JobWord({ job }: { job: JobDetail }) {
  const { meaning, tone, icon: Icon } = appearanceOf(job);
  return (
    <Paper withBorder className={classes['root']} data-tone={tone}>
      <Icon size={18} aria-hidden className={`${classes['icon']} ${tones[tone]}`} />
      <div role="status">
        <span className={classes['detail']}>{job.detail ?? `${meaning}.`}</span>
        {job.error_code ? (
          <>
            {' '}
            <Code>{job.error_code}</Code>
          </>
        ) : null}
      </div>
    </Paper>
  );
}
