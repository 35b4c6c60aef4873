import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeStalePidFile } from './stale-pid-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-pid-'));
  file = join(folder, 'a.pid');
});
afterEach(() => rm(folder, { recursive: true }));

async function ownName(): Promise<string> {
  return (await readFile(`/proc/${process.pid}/comm`, 'utf8')).trim();
}

it('keeps the file of a program that runs', async () => {
  await writeFile(file, `${process.pid}\n`);
  await removeStalePidFile(file, await ownName());
  expect(existsSync(file)).toBe(true);
});

it.each([
  ['of a process that is gone', '4194305'],
  ['of another program', String(process.pid)],
  ['with nothing readable in it', 'x'],
])('removes one %s', async (_, pid) => {
  await writeFile(file, pid);
  await removeStalePidFile(file, 'dockerd');
  expect(existsSync(file)).toBe(false);
});

it('is content where there is none', async () => {
  await expect(removeStalePidFile(file, 'dockerd')).resolves.toBeUndefined();
});
