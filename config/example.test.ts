import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeSettings, environmentExample } from './example.ts';
import { loadSettings } from './load.ts';
import { examplePath } from './write-example.ts';

describe('.env.example', () => {
  it('is up to date (else: npm run generate)', async () => {
    expect(await readFile(examplePath(), 'utf8')).toBe(environmentExample());
  });

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
