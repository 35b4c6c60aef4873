import { readFileSync } from 'node:fs';
import { type Settings, settingsSchema } from './schema.ts';

/** The settings can't be used; `problems` names every one of them, each with its setting. */
export class InvalidSettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidSettingsError';
    this.problems = problems;
  }
}

/** What the environment said, and what is odd about it. */
export interface LoadedSettings {
  settings: Settings;
  warnings: string[];
}

/**
 * Reads every setting from an environment: `X`, or the content of the file that `X_FILE` names.
 * An empty value counts as unset.
 *
 * @throws InvalidSettingsError with every problem at once
 */
export function loadSettings(environment: NodeJS.ProcessEnv): LoadedSettings {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(settingsSchema.shape)) {
    const value = environment[name];
    const file = environment[`${name}_FILE`];
    if (value && file) problems.push(`${name} and ${name}_FILE are both set: leave one out`);
    else if (value) values[name] = value;
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch {
        problems.push(`${name}_FILE: ${file} can't be read`);
      }
    }
  }
  const parsed = settingsSchema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.push(`${issue.path.join('.')}: ${issue.message}`);
    }
  }
  if (problems.length > 0 || !parsed.success) throw new InvalidSettingsError(problems);
  return { settings: parsed.data, warnings: unknownSettings(environment) };
}

/** Read by the `runyard` command alone, and no mistake beside settings. */
const COMMAND_LINE = ['RUNYARD_URL', 'RUNYARD_TOKEN'];

/** Settings of former versions, and what is there instead. */
const REMOVED: Record<string, string> = {
  ADMIN_TOKEN:
    'there are users and API tokens now; "npx runyard users create-admin" makes an administrator',
};

function unknownSettings(environment: NodeJS.ProcessEnv): string[] {
  const removed = Object.entries(REMOVED)
    .filter(([name]) => environment[name] || environment[`${name}_FILE`])
    .map(([name, instead]) => `${name} is no setting any more: ${instead}`);
  const unknown = Object.keys(environment)
    .filter((name) => name.startsWith('RUNYARD_') && !COMMAND_LINE.includes(name))
    .filter((name) => !(name.replace(/_FILE$/, '') in settingsSchema.shape))
    .map((name) => `${name} is not a setting of Runyard`);
  return [...removed, ...unknown];
}
