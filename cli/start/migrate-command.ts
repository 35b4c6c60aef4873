import { loadSettings } from '../../config/load.ts';
import { requireSettings } from '../../config/require.ts';
import { migrate } from '../../prisma/migrate.ts';
import { ensureApplicationLogin } from './application-login.ts';

// Brings the database up to date and ends: `node dist/cli/start/migrate-command.js`, before the first
// process of a new version starts. Several at once wait for each other. Where the owner's address is
// set too, it also makes the login that DATABASE_URL names.
const { settings } = loadSettings(process.env);
const { DATABASE_URL } = requireSettings(settings, ['DATABASE_URL']);
const owner = settings.DATABASE_OWNER_URL;
await migrate(owner ?? DATABASE_URL);
if (owner && new URL(owner).username !== new URL(DATABASE_URL).username) {
  await ensureApplicationLogin(owner, DATABASE_URL);
}
