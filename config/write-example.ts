import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentExample, settingsPage } from './example.ts';
import { projectRoot } from './root.ts';

/** The files that tell people of every setting. */
export const SETTINGS_FILES: readonly { path: string; content: () => string }[] = [
  { path: join(projectRoot(), '.env.example'), content: environmentExample },
  { path: join(projectRoot(), 'docs', 'settings.md'), content: settingsPage },
];

/** Writes `.env.example` and `docs/settings.md` anew; `npm run generate` calls it. */
export async function writeExample(): Promise<void> {
  await Promise.all(SETTINGS_FILES.map(({ path, content }) => writeFile(path, content())));
}
