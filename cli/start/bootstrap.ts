import { randomBytes } from 'node:crypto';
import { createFirstAdministrator } from '../../prisma/administrators.ts';
import { connectDatabase } from '../../prisma/client.ts';
import { type DataFolder, FILES } from './data-folder.ts';

/** Who may sign in after a start. */
export interface Bootstrapped {
  /** The administrator that this start made: shown once. Null where there were users already. */
  made: { username: string; password: string } | null;
  /** API token of the first administrator, from the data folder; null where another set-up has it. */
  token: string | null;
}

/**
 * Makes the first administrator on an empty database. The token is written first: a crash in between
 * leaves a file that the next start goes on with. So does one from before there were users.
 */
export async function bootstrap(databaseUrl: string, folder: DataFolder): Promise<Bootstrapped> {
  const database = connectDatabase(databaseUrl, 1);
  try {
    const kept = await folder.read(FILES.adminToken);
    if (!kept && (await database.user.count()) > 0) return { made: null, token: null };
    const { content: token } = await folder.readOrMake(FILES.adminToken, makeApiToken);
    return { made: await createFirstAdministrator(database, token), token };
  } finally {
    await database.$disconnect();
  }
}

function makeApiToken(): string {
  return `ryt_${randomBytes(32).toString('base64url')}`;
}
