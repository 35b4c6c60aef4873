import { dataFolderPath } from '../../config/data-folder.ts';
import { InvalidSettingsError, loadSettings } from '../../config/load.ts';
import { ensureAdministrator, makePassword } from '../../prisma/administrators.ts';
import { connectDatabase } from '../../prisma/client.ts';
import { DataFolder, FILES } from './data-folder.ts';

/**
 * Makes an administrator on the database itself, for a set-up that nobody can sign in to.
 *
 * @throws InvalidSettingsError when no database is known, or the name is none
 */
export async function createAdministrator(
  environment: NodeJS.ProcessEnv,
  name: string,
): Promise<{ username: string; password: string; outcome: 'created' | 'updated' }> {
  const username = name.toLowerCase();
  if (!/^[a-z0-9][a-z0-9._@-]{0,62}$/.test(username)) {
    throw new InvalidSettingsError([`"${name}" is no user name: a-z, 0-9, . _ @ -`]);
  }
  const database = connectDatabase(await databaseUrl(environment), 1);
  try {
    const password = makePassword();
    const outcome = await ensureAdministrator(database, { username, password });
    return { username, password, outcome };
  } finally {
    await database.$disconnect();
  }
}

async function databaseUrl(environment: NodeJS.ProcessEnv): Promise<string> {
  const { settings } = loadSettings(environment);
  if (settings.DATABASE_URL !== undefined) return settings.DATABASE_URL;
  const path = dataFolderPath(environment);
  const kept = await (await DataFolder.open(path)).read(FILES.databaseUrl);
  if (kept) return kept;
  throw new InvalidSettingsError([`DATABASE_URL must be set, as ${path} has no database`]);
}
