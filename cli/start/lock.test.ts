import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AlreadyRunningError, lockFolder } from './lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('lets one in at a time, by whatever name the folder is called', async () => {
  const unlock = await lockFolder(folder);
  await symlink(folder, join(folder, 'alias'));
  await expect(lockFolder(join(folder, 'alias'))).rejects.toThrow(AlreadyRunningError);
  unlock();
  (await lockFolder(folder))();
});

it('is free again when its holder is killed', async () => {
  const holder = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'lock.world.ts'), folder],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  await once(holder, 'message');
  await expect(lockFolder(folder)).rejects.toThrow(/RUNYARD_DATA_DIR/);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  (await lockFolder(folder))();
});
