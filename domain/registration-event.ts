import type { AuditEventType } from './audit/event-types.ts';
import { isClosed, type RegistrationStatus } from './registration-status.ts';

/**
 * How a registration ended.
 * - `refused`: GitHub gave no credential
 * - `expired`: it never came online in time
 * - `asked`: somebody deleted it, and whoever took that request has written the event
 * - `removed`: every other end
 */
export type RegistrationEnd = 'refused' | 'expired' | 'asked' | 'removed';

const AT_END: Record<RegistrationEnd, AuditEventType | null> = {
  refused: 'registration.provisioned',
  expired: 'registration.expired',
  asked: null,
  removed: 'registration.deleted',
};

const isOnline = (status: RegistrationStatus) =>
  status === 'online' || status === 'idle' || status === 'busy';

/** The event that a change of status is told by; null: none. */
export function registrationEvent(
  before: RegistrationStatus,
  after: RegistrationStatus,
  end: RegistrationEnd | null,
): AuditEventType | null {
  if (isClosed(before)) return null;
  if (isClosed(after)) return end === null ? 'registration.deleted' : AT_END[end];
  if (isOnline(after) && !isOnline(before)) return 'registration.online';
  return after === 'offline' && before !== 'offline' ? 'registration.offline' : null;
}
