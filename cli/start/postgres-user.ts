import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandError, runCommand } from './command.ts';

/** Whom the database server runs as. PostgreSQL refuses to run as root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

const NAME = 'postgres';

/**
 * The user that the database server must be started as, made where it is missing.
 *
 * @returns null when this process isn't root: the server then runs as the same user
 */
export async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await lookUp();
  if (existing) return existing;
  try {
    await runCommand('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      NAME,
    ]);
  } catch (error) {
    // another start may have made it meanwhile
    if (!(await lookUp())) {
      throw new Error(
        `PostgreSQL doesn't run as root, and the user "${NAME}" could not be made: create it, start as ` +
          `another user than root, or set DATABASE_URL to a PostgreSQL of your own`,
        { cause: error },
      );
    }
  }
  const made = await lookUp();
  if (!made) throw new Error(`The user "${NAME}" was made, but can't be found`);
  return made;
}

async function lookUp(): Promise<ServerUser | null> {
  try {
    const [uid, gid] = await Promise.all([
      runCommand('id', ['-u', NAME]),
      runCommand('id', ['-g', NAME]),
    ]);
    return { uid: Number(uid), gid: Number(gid) };
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** True when the user may enter every folder down to `folder`, which must exist. */
export async function canReach(folder: string, user: ServerUser): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
