import type { z } from 'zod';
import { SECRET_SETTINGS, type SettingName, settingsSchema } from './schema.ts';

/** One setting as people are told of it. */
export interface SettingDescription {
  name: SettingName;
  description: string;
  /** What it is when it's left out, as it would be written in the environment; null: nothing. */
  initial: string | null;
  /** Never shown, and best given as a file by `<name>_FILE`. */
  secret: boolean;
}

/** Every setting in the order of the schema, for `.env.example` and `docs/settings.md`. */
export function describeSettings(): SettingDescription[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => ({
    name: name as SettingName,
    description: (schema as z.ZodType).description ?? '',
    initial: initialValue(schema),
    secret: SECRET_SETTINGS.includes(name as SettingName),
  }));
}

/** Content of `.env.example`. */
export function environmentExample(): string {
  const settings = describeSettings().map(({ name, description, initial, secret }) =>
    [
      `# ${description}${secret ? ` (secret; or ${name}_FILE names a file that holds it)` : ''}`,
      `# ${name}=${quoted(initial ?? '')}`,
    ].join('\n'),
  );
  return [
    '# Every setting of Runyard, with its default. Made by "npm run generate" from config/schema.ts.',
    '# Copy this file to .env and uncomment what you change. What is set in the environment itself wins.',
    '',
    settings.join('\n\n'),
    '',
  ].join('\n');
}

/** Content of `docs/settings.md`. */
export function settingsPage(): string {
  const rows = describeSettings().map(({ name, description, initial, secret }) =>
    [
      `\`${name}\``,
      initial ? `\`${initial}\`` : '',
      secret ? `${description}. Secret` : description,
    ]
      .map((cell) => cell.replaceAll('|', String.raw`\|`))
      .join(' | '),
  );
  return [
    '# Settings',
    '',
    '<!-- Made by "npm run generate" from config/schema.ts. -->',
    '',
    'Every setting is an environment variable; `npm start` and `npx runyard` also read `.env` in the checkout (`.env.example` has them all). ' +
      'Instead of `X` you may set `X_FILE` to a file that holds the value: best for secrets. An empty value counts as unset. ' +
      'Durations are written as `30s`, `5m`, `6h` or `3d`.',
    '',
    '| setting | default | meaning |',
    '|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

/** The default as it stands in the schema, before anything is made of it. */
function initialValue(schema: unknown): string | null {
  const { def } = schema as { def: { type: string; in?: unknown; defaultValue?: unknown } };
  if (def.type === 'pipe') return initialValue(def.in);
  if (def.type === 'default') return String(def.defaultValue);
  return null;
}

/** Values that an env file would otherwise cut or expand. */
function quoted(value: string): string {
  return /[\s#"$]/.test(value) ? `'${value}'` : value;
}
