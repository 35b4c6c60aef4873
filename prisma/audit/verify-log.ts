import { GENESIS } from '../../domain/audit/chain.ts';
import { type ChainEntry, type ChainVerdict, verifyChain } from '../../domain/audit/verify.ts';
import type { Database } from '../client.ts';
import { archivePath, openArchiveFile } from './archive-file.ts';
import { type CheckpointKeys, sha256 } from './keys.ts';
import { type ChainReader, readChain } from './read-chain.ts';
import { openWitnesses } from './witnesses.ts';

/** Where the parts of the audit log are. */
export interface AuditPlaces {
  database: Database;
  /** Folder of archive files and of the checkpoints that are kept outside the database. */
  folder: string;
  keys: CheckpointKeys;
}

/** A part of the chain that stands in an archive file, as the database records it. */
export interface SegmentRow {
  first_sequence: bigint;
  last_sequence: bigint;
  first_prev_hash: Uint8Array;
  last_hash: Uint8Array;
  file: string;
  sha256: string;
}

/** Milliseconds that a verification may hold its view of the database. */
const LONGEST = 3_600_000;

/**
 * Verifies the whole audit log: archives, database, and the checkpoints kept outside of it. Holds a
 * few hundred events at a time, whatever the log's length.
 *
 * @param onEntry - called for each event and checkpoint, to report progress
 */
export async function verifyAuditLog(
  { database, folder, keys }: AuditPlaces,
  onEntry: () => void = () => {},
): Promise<ChainVerdict & { archivedSegments: number }> {
  // First, as what they tell of must be in the database's view.
  const witnesses = await openWitnesses(folder);
  return database.$transaction(
    async (view) => {
      const segments = await readSegments(view);
      const verdict = await verifyChain({
        entries: observed(wholeChain(view, segments, folder), onEntry),
        witnesses,
        start: GENESIS,
        sha256,
        signature: keys.check,
      });
      return { ...verdict, archivedSegments: segments.length };
    },
    { isolationLevel: 'RepeatableRead', maxWait: 10_000, timeout: LONGEST },
  );
}

export function readSegments(database: ChainReader): Promise<SegmentRow[]> {
  return database.$queryRaw<SegmentRow[]>`SELECT * FROM audit_segments ORDER BY first_sequence`;
}

async function* wholeChain(
  view: ChainReader,
  segments: readonly SegmentRow[],
  folder: string,
): AsyncGenerator<ChainEntry, void, undefined> {
  for (const segment of segments) yield* archivedSegment(segment, folder);
  const archived = segments.at(-1)?.last_sequence;
  // What is archived is not in the database any more, but for its last checkpoint.
  for await (const entry of readChain(view)) {
    const isArchived =
      entry.kind === 'checkpoint' && BigInt(entry.checkpoint.sequence) === archived;
    if (!isArchived) yield entry;
  }
}

async function* archivedSegment(
  segment: SegmentRow,
  folder: string,
): AsyncGenerator<ChainEntry, void, undefined> {
  const first = Number(segment.first_sequence);
  const boundary = (sequence: number, hash: Uint8Array, what: string): ChainEntry => ({
    kind: 'boundary',
    head: { sequence, hash },
    what: `The archive ${segment.file} is recorded to ${what}`,
  });
  yield boundary(first - 1, segment.first_prev_hash, 'follow on');
  try {
    const archive = await openArchiveFile(archivePath(folder, segment.file));
    yield* archive.entries;
    if (archive.digest() !== segment.sha256) {
      const reason = `The archive ${segment.file} is not the file that was recorded: its SHA-256 differs`;
      yield { kind: 'unreadable', sequence: first, reason };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    yield { kind: 'unreadable', sequence: first, reason };
  }
  yield boundary(Number(segment.last_sequence), segment.last_hash, 'end');
}

async function* observed(
  entries: AsyncIterable<ChainEntry>,
  onEntry: () => void,
): AsyncGenerator<ChainEntry, void, undefined> {
  for await (const entry of entries) {
    onEntry();
    yield entry;
  }
}
