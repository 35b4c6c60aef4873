import { ActivityFailure, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { RegistrationActivities } from '../contracts/registration-activities.ts';

/** Writes to the database: they last milliseconds, and wait out an outage of any length. */
export const records = proxyLocalActivities<
  Pick<RegistrationActivities, 'recordRegistration' | 'flagRegistration'>
>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/** Questions and removals: what fails is tried again with the next look, so nothing waits for it. */
export const github = proxyLocalActivities<
  Pick<RegistrationActivities, 'lookAtRunner' | 'removeRunnerAtGithub' | 'replaceLabels'>
>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', maximumInterval: '2s', maximumAttempts: 3 },
});

/** Nobody waits for it, so it outlasts an outage of GitHub. */
export const cleaning = proxyLocalActivities<Pick<RegistrationActivities, 'discardLeftOver'>>({
  startToCloseTimeout: '20s',
  retry: { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 30 },
});

/**
 * Somebody waits for the answer. The second step is no local activity: with its start the history
 * holds that the name was free, which is how its repetition knows a runner that its first run made.
 *
 * @param longest - milliseconds
 */
export function provisioning(longest: number) {
  const retry = { initialInterval: '300ms', maximumInterval: '2s' } as const;
  const limits = { startToCloseTimeout: '10s', scheduleToCloseTimeout: longest, retry } as const;
  return {
    first: proxyLocalActivities<Pick<RegistrationActivities, 'prepareRegistration'>>(limits),
    second: proxyActivities<Pick<RegistrationActivities, 'registerAtGithub'>>(limits),
  };
}

/** What an activity failed with. */
export function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}
