/** How a runner is registered: by a configuration that GitHub fixes, or by a token. */
export const REGISTRATION_MODES = ['jit', 'registration_token'] as const;
export type RegistrationMode = (typeof REGISTRATION_MODES)[number];

/** Where a provisioned runner stands, in the order in which it gets there. */
export const REGISTRATION_STATUSES = [
  /** not seen at GitHub yet */
  'pending',
  /** just seen, being compared with what was granted */
  'online',
  'idle',
  'busy',
  'offline',
  /** never came online in time */
  'expired',
  'deleted',
] as const;
export type RegistrationStatus = (typeof REGISTRATION_STATUSES)[number];

/** Whether the registration is over: its name and its place in quotas are free again. */
export function isClosed(status: RegistrationStatus): boolean {
  return status === 'expired' || status === 'deleted';
}
