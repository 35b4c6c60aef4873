import { CircleX } from 'lucide-react';
import type { Job } from '../../api/schemas/job.ts';
import { STATUSES, type StatusAppearance } from './statuses.ts';

/** How a job looks: its status, and for a completed one what GitHub concluded. */
export function appearanceOf(job: Pick<Job, 'status' | 'conclusion'>): StatusAppearance {
  const appearance = STATUSES[job.status];
  if (job.status !== 'completed' || job.conclusion === null || job.conclusion === 'success') {
    return appearance;
  }
  const words = job.conclusion.replaceAll('_', ' ');
  const bad = job.conclusion === 'failure' || job.conclusion === 'timed_out';
  return {
    ...appearance,
    label: `Completed: ${words}`,
    meaning: `It ran to its end, and GitHub concluded “${words}”`,
    ...(bad ? { tone: 'bad', icon: CircleX } : { tone: 'neutral' }),
  };
}
