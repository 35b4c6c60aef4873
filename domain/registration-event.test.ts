import { expect, it } from 'vitest';
import { registrationEvent } from './registration-event.ts';
import { isClosed, REGISTRATION_STATUSES } from './registration-status.ts';

it('tells of every change that matters once, and of nothing after the end', () => {
  for (const before of REGISTRATION_STATUSES) {
    for (const after of REGISTRATION_STATUSES) {
      const event = registrationEvent(before, after, null);
      if (isClosed(before) || before === after) expect(event).toBeNull();
      else if (isClosed(after)) expect(event).toBe('registration.deleted');
    }
  }
  expect(registrationEvent('pending', 'busy', null)).toBe('registration.online');
  expect(registrationEvent('online', 'idle', null)).toBeNull();
  expect(registrationEvent('busy', 'offline', null)).toBe('registration.offline');
  expect(registrationEvent('pending', 'expired', 'expired')).toBe('registration.expired');
  expect(registrationEvent('pending', 'deleted', 'refused')).toBe('registration.provisioned');
  expect(registrationEvent('idle', 'deleted', 'asked')).toBeNull();
});
