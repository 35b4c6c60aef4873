import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { TimeoutType } from '@temporalio/common';
import {
  GITHUB_REFUSED,
  NOT_NEEDED,
  RATE_LIMITED,
  RUNNER_NAME_TAKEN,
} from '../contracts/control-activities.ts';
import { HOST_FAILED, IMAGE_MISSING } from '../contracts/host-activities.ts';

/**
 * What becomes of a job whose launch failed.
 * - `fail`: nothing will mend it but an operator
 * - `again`: launch once more after `pause` ms; `counts` when the launch itself was at fault
 */
export type LaunchVerdict =
  | { next: 'fail'; code: string; detail: string }
  | { next: 'again'; pause: number; detail: string; counts: boolean };

/** After GitHub was not to be reached for half a minute, or a host was lost. */
const PAUSE = 10_000;

/**
 * Tells failed launches apart, by the failure types of the activities' contracts.
 *
 * @param now - the workflow's time, milliseconds
 */
export function judgeLaunch(error: unknown, now: number): LaunchVerdict {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    return cause.timeoutType === TimeoutType.SCHEDULE_TO_START
      ? {
          next: 'again',
          pause: 0,
          detail: 'The host does not answer; looking for another',
          counts: false,
        }
      : { next: 'again', pause: PAUSE, detail: 'The host did not finish in time', counts: true };
  }
  if (!(cause instanceof ApplicationFailure)) {
    return { next: 'again', pause: PAUSE, detail: 'The launch failed; trying again', counts: true };
  }
  switch (cause.type) {
    case IMAGE_MISSING:
      return { next: 'fail', code: 'image_missing', detail: cause.message };
    case GITHUB_REFUSED:
      return { next: 'fail', code: 'github_refused', detail: cause.message };
    case RATE_LIMITED: {
      const until = Date.parse(String(cause.details?.[0]));
      const pause = Number.isFinite(until) ? Math.max(until - now, 1_000) : 60_000;
      return { next: 'again', pause, detail: cause.message, counts: false };
    }
    case RUNNER_NAME_TAKEN:
      return { next: 'again', pause: 0, detail: cause.message, counts: true };
    case HOST_FAILED:
      return {
        next: 'again',
        pause: 1_000,
        detail: `${cause.message}; looking for another host`,
        counts: true,
      };
    default:
      return { next: 'again', pause: PAUSE, detail: cause.message, counts: false };
  }
}

/** The runner would have served others, and nobody waits for it. */
export function isNotNeeded(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === NOT_NEEDED;
}
