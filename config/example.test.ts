import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeSettings, environmentExample } from './example.ts';
import { loadSettings } from './load.ts';
import { SETTINGS_FILES } from './write-example.ts';

it.each(SETTINGS_FILES)(
  '$path is up to date (else: npm run generate)',
  async ({ path, content }) => {
    expect(await readFile(path, 'utf8')).toBe(content());
  },
);

describe('.env.example', () => {
  it('says exactly what Runyard does without it', () => {
    const uncommented = environmentExample().replace(/^# (?=[A-Z_]+=)/gm, '');
    expect(loadSettings(parseEnv(uncommented) as NodeJS.ProcessEnv).settings).toEqual(
      loadSettings({}).settings,
    );
  });

  it('explains every setting', () => {
    expect(describeSettings().filter(({ description }) => description.length < 10)).toEqual([]);
  });
});
