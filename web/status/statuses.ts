import {
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleMinus,
  CirclePlay,
  CircleSlash,
  Hourglass,
  type LucideIcon,
  Server,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import type { Job } from '../../api/schemas/job.ts';

export type JobStatus = Job['status'];

/** The meaning of a mark's colour; `status.module.css` gives each its shade in light and dark. */
export type Tone = 'neutral' | 'waiting' | 'progress' | 'running' | 'good' | 'bad' | 'warning';

export interface StatusAppearance {
  label: string;
  meaning: string;
  tone: Tone;
  icon: LucideIcon;
  /** Nothing of Runyard's is going on for the job any more. */
  ended: boolean;
}

/** How each status looks and reads, in the order in which a job passes through them. */
export const STATUSES: Readonly<Record<JobStatus, StatusAppearance>> = {
  queued: {
    label: 'Queued',
    meaning: 'Waits for a host with a free slot',
    tone: 'waiting',
    icon: CircleDashed,
    ended: false,
  },
  claimed: {
    label: 'Claimed',
    meaning: 'A host has a slot for it; its runner is being registered',
    tone: 'progress',
    icon: Server,
    ended: false,
  },
  starting: {
    label: 'Starting',
    meaning: 'Its container is being started',
    tone: 'progress',
    icon: CircleDot,
    ended: false,
  },
  waiting: {
    label: 'Waiting',
    meaning: 'Its runner is up; GitHub has not given it the job yet',
    tone: 'progress',
    icon: Hourglass,
    ended: false,
  },
  running: {
    label: 'Running',
    meaning: 'A runner is at work on it',
    tone: 'running',
    icon: CirclePlay,
    ended: false,
  },
  completed: {
    label: 'Completed',
    meaning: 'It ran to its end, whatever its conclusion',
    tone: 'good',
    icon: CircleCheck,
    ended: true,
  },
  failed: {
    label: 'Failed',
    meaning: 'Runyard could not run it',
    tone: 'bad',
    icon: TriangleAlert,
    ended: true,
  },
  cancelled: {
    label: 'Cancelled',
    meaning: 'Someone ended it',
    tone: 'neutral',
    icon: CircleSlash,
    ended: true,
  },
  lost: {
    label: 'Lost',
    meaning: 'Its runner or host vanished, and GitHub has no result',
    tone: 'warning',
    icon: Unplug,
    ended: true,
  },
  ignored: {
    label: 'Ignored',
    meaning: 'No pool here serves its labels',
    tone: 'neutral',
    icon: CircleMinus,
    ended: true,
  },
};

export const STATUS_NAMES = Object.keys(STATUSES) as JobStatus[];

/** Whether a text is the name of a status. */
export function isJobStatus(text: string): text is JobStatus {
  return Object.hasOwn(STATUSES, text);
}
