import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findTemporal } from './temporal-binary.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-temporal-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function addProgram(path: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '');
  await chmod(file, 0o755);
  return file;
}

const find = (said: string[] = []) =>
  findTemporal(
    {
      PATH: `${join(folder, 'none')}:${join(folder, 'bin')}`,
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
    (message) => said.push(message),
  );

it('prefers one on the PATH, then one that was fetched before', async () => {
  const cached = await addProgram('cache/runyard/bin/temporal');
  const said: string[] = [];
  expect(await find(said)).toBe(cached);
  const installed = await addProgram('bin/temporal');
  expect(await find(said)).toBe(installed);
  expect(said).toEqual([]);
});
