import type { JobDetail } from '../../api/schemas/job.ts';
import { STATUSES } from '../status/statuses.ts';

/** What goes on until each step is reached, in the order of the steps. */
const PHASES = {
  received: 'Webhook on its way',
  admitted: 'Choosing a pool',
  claimed: 'Waiting for a host',
  minted: 'Registering a runner',
  container_started: 'Starting the container',
  picked_up: 'Waiting for GitHub to hand over the job',
  completed: 'Running',
  removed: 'Cleaning up',
} as const;

const STEPS = Object.keys(PHASES);

/** Steps whose time is GitHub's, in whole seconds. */
const COARSE = new Set(['queued', 'picked_up', 'completed']);

/** A stretch of a job's life. */
export interface Phase {
  name: string;
  /** Milliseconds since the first step. */
  start: number;
  /** Milliseconds; of the last one so far, up to now. */
  duration: number;
  /** No more exact than a second. */
  coarse: boolean;
  /** RFC 3339; `null` while it goes on. */
  endedAt: string | null;
}

/** A job's life in phases, the one that goes on included; `now` in milliseconds. */
export function phasesOf(job: Pick<JobDetail, 'timeline' | 'status'>, now: number): Phase[] {
  const [first, ...rest] = job.timeline;
  if (!first) return [];
  const origin = Date.parse(first.at);
  let reached = origin;
  const phases = rest.map((step, index): Phase => {
    // GitHub's clock has whole seconds, so a step of its can seem to come before the one before it.
    const at = Math.max(reached, Date.parse(step.at));
    const phase = {
      name: nameOf(step.step),
      start: reached - origin,
      duration: at - reached,
      coarse: COARSE.has(step.step) || COARSE.has(job.timeline[index]?.step ?? ''),
      endedAt: step.at,
    };
    reached = at;
    return phase;
  });
  if (STATUSES[job.status].ended) return phases;
  const latest = rest.at(-1)?.step;
  const next = latest === undefined ? STEPS[0] : STEPS[STEPS.indexOf(latest) + 1];
  if (next === undefined) return phases;
  const duration = Math.max(0, now - reached);
  return [
    ...phases,
    { name: nameOf(next), start: reached - origin, duration, coarse: true, endedAt: null },
  ];
}

function nameOf(step: string): string {
  return Object.hasOwn(PHASES, step)
    ? PHASES[step as keyof typeof PHASES]
    : step.replaceAll('_', ' ');
}
