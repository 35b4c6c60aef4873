import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentExample } from './example.ts';
import { projectRoot } from './root.ts';

/** Where `.env.example` stands. */
export function examplePath(): string {
  return join(projectRoot(), '.env.example');
}

/** Writes `.env.example` anew; `npm run generate` calls it. */
export async function writeExample(): Promise<void> {
  await writeFile(examplePath(), environmentExample());
}
