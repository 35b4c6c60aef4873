import { parseOffHours } from '../domain/audit/off-hours.ts';
import type { SuspicionRules } from '../domain/audit/suspicion.ts';
import { InvalidSettingsError } from './load.ts';
import type { Settings } from './schema.ts';

/** What counts as suspicious, by the settings. @throws InvalidSettingsError */
export function suspicionRules(settings: Settings): SuspicionRules {
  const timeZone =
    settings.OFF_HOURS_TIME_ZONE || new Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return {
      signInBurst: settings.AUDIT_SIGN_IN_BURST,
      manyAddresses: settings.AUDIT_MANY_ADDRESSES,
      labelProbing: settings.AUDIT_LABEL_PROBING,
      invalidSignatures: settings.AUDIT_INVALID_SIGNATURES,
      exportAfterChange: settings.AUDIT_EXPORT_AFTER_CHANGE,
      offHours: parseOffHours(settings.OFF_HOURS, timeZone),
      offHoursAdministration: settings.AUDIT_OFF_HOURS_ADMINISTRATION,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidSettingsError([`OFF_HOURS, OFF_HOURS_TIME_ZONE: ${reason}`]);
  }
}
