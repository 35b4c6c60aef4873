import type { Database } from '../../prisma/client.ts';

/** All that a runner has put out so far; empty for a job that has none yet. */
export async function readLog(database: Database, runnerName: string | null): Promise<string> {
  if (runnerName === null) return '';
  const chunks = await database.runnerLogChunk.findMany({
    where: { runnerName },
    orderBy: { sequence: 'asc' },
    select: { text: true },
  });
  return chunks.map(({ text }) => text).join('');
}
