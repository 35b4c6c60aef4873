import { InvalidSettingsError } from './load.ts';
import type { SettingName, Settings } from './schema.ts';

/**
 * The settings that a process can't do without.
 *
 * @throws InvalidSettingsError that names every missing one
 */
export function requireSettings<N extends SettingName>(
  settings: Settings,
  names: readonly N[],
): { [K in N]: NonNullable<Settings[K]> } {
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length > 0) {
    throw new InvalidSettingsError(missing.map((name) => `${name} (or ${name}_FILE) must be set`));
  }
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as {
    [K in N]: NonNullable<Settings[K]>;
  };
}
