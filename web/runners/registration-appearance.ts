import { CircleCheck, CircleDashed, CirclePlay, Hourglass, Trash2, Unplug } from 'lucide-react';
import type { Registration } from '../../api/schemas/registration.ts';
import type { MarkProps } from '../status/mark.tsx';

/** How each status of a provisioned runner looks and reads, in the order in which it passes them. */
export const REGISTRATION_STATUSES: Readonly<Record<Registration['status'], MarkProps>> = {
  pending: {
    label: 'Pending',
    meaning: 'Registered; the machine has not connected to GitHub yet',
    tone: 'waiting',
    icon: CircleDashed,
  },
  online: {
    label: 'Online',
    meaning: 'Connected to GitHub',
    tone: 'good',
    icon: CircleCheck,
  },
  idle: {
    label: 'Idle',
    meaning: 'Connected to GitHub, and waits for a job',
    tone: 'good',
    icon: CircleCheck,
  },
  busy: {
    label: 'Busy',
    meaning: 'At work on a job',
    tone: 'running',
    icon: CirclePlay,
    isMoving: true,
  },
  offline: {
    label: 'Offline',
    meaning: 'The machine lost its connection to GitHub',
    tone: 'warning',
    icon: Unplug,
  },
  expired: {
    label: 'Expired',
    meaning: 'Never used, and no longer usable',
    tone: 'neutral',
    icon: Hourglass,
  },
  deleted: { label: 'Deleted', meaning: 'Removed at GitHub', tone: 'neutral', icon: Trash2 },
};

/** Whether a runner is over, so that nothing can be done to it any more. */
export function isOver(status: Registration['status']): boolean {
  return status === 'expired' || status === 'deleted';
}
