import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Checkpoint,
  fromCheckpointRecord,
  toCheckpointRecord,
} from '../../domain/audit/checkpoint.ts';

/** In the archive folder: each checkpoint, also kept where somebody who changes the database can't reach. */
const FILE = 'checkpoints.ndjson';

/** Adds a checkpoint to the file; on the disk when this resolves. */
export async function keepWitness(folder: string, point: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(join(folder, FILE), 'a', 0o600);
  try {
    // A line that was cut off by a crash must not spoil this one.
    await file.appendFile(`\n${JSON.stringify(toCheckpointRecord(point))}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * The checkpoints that the file holds now. To be called before the database is looked at, so that
 * they tell of nothing that comes later.
 */
export async function openWitnesses(folder: string): Promise<AsyncIterable<Checkpoint>> {
  const path = join(folder, FILE);
  const size = await stat(path).then(
    (found) => found.size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
  return size === 0 ? none() : read(path, size);
}

async function* read(path: string, size: number): AsyncIterable<Checkpoint> {
  const lines = createInterface({ input: createReadStream(path, { end: size - 1 }) });
  for await (const line of lines) {
    const point = parse(line);
    if (point) yield point;
  }
}

/** Half a line is what a crash leaves of a checkpoint that was nowhere else yet. */
function parse(line: string): Checkpoint | null {
  if (line.trim() === '') return null;
  try {
    return fromCheckpointRecord(JSON.parse(line));
  } catch {
    return null;
  }
}

async function* none(): AsyncIterable<Checkpoint> {}
