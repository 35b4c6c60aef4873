import type { Settings } from './schema.ts';

/** Between two looks at a runner that GitHub seems to know no more: its answers lag by moments. */
const CONFIRM = 5_000;

/** Times of the registrations that are provisioned from now on, in milliseconds. */
export function registrationTimes(settings: Settings) {
  return {
    poll: {
      pending: settings.REGISTRATION_POLL_PENDING,
      online: settings.REGISTRATION_POLL_ONLINE,
      busy: settings.REGISTRATION_POLL_BUSY,
      offline: settings.REGISTRATION_POLL_OFFLINE,
    },
    confirm: CONFIRM,
    provision: settings.REGISTRATION_PROVISION_TIMEOUT,
    stale: settings.STALE_RUNNER_AFTER,
  };
}
