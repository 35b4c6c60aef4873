import type { Job } from '../../api/schemas/job.ts';
import { appearanceOf } from './appearance.ts';
import { Mark } from './mark.tsx';

/** A job's status. */
export function StatusMark({ job }: { job: Pick<Job, 'status' | 'conclusion'> }) {
  const { label, meaning, tone, icon } = appearanceOf(job);
  return (
    <Mark
      label={label}
      meaning={meaning}
      tone={tone}
      icon={icon}
      isMoving={job.status === 'running'}
    />
  );
}
