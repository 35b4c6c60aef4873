import { loadSettings } from '../../config/load.ts';
import { requireSettings } from '../../config/require.ts';
import { migrate } from '../../prisma/migrate.ts';

// Brings the database up to date and ends: `node dist/cli/start/migrate-command.js`, before the first
// process of a new version starts. Several at once wait for each other.
const { settings } = loadSettings(process.env);
const url = settings.DATABASE_OWNER_URL ?? requireSettings(settings, ['DATABASE_URL']).DATABASE_URL;
await migrate(url);
