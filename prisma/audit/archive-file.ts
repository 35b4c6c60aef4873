import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { ChainHead } from '../../domain/audit/chain.ts';
import {
  fromCheckpointRecord,
  fromHex,
  hex,
  toCheckpointRecord,
} from '../../domain/audit/checkpoint.ts';
import { type ChainEntry, type ChainVerdict, verifyChain } from '../../domain/audit/verify.ts';
import { type CheckpointKeys, sha256 } from './keys.ts';

const FORMAT = 'runyard-audit-archive/1';

/** First line of an archive file. */
interface Header {
  format: typeof FORMAT;
  first_sequence: number;
  last_sequence: number;
  /** hex */
  first_prev_hash: string;
}

/** A part of the chain: what stands before its first event, and its last. */
export interface SegmentRange {
  before: ChainHead;
  lastSequence: number;
}

/** An archive file can't be read, or is none. */
export class ArchiveFileError extends Error {
  override name = 'ArchiveFileError';
}

/** Named so that the files sort as the chain goes. */
export function archiveFileName({ before, lastSequence }: SegmentRange): string {
  const padded = (sequence: number) => String(sequence).padStart(12, '0');
  return `audit-${padded(before.sequence + 1)}-${padded(lastSequence)}.ndjson.gz`;
}

/**
 * Writes a part of the chain into a file: a line of JSON for each event and checkpoint, gzipped. It has
 * its name only once it is whole and on the disk; one that is there already is replaced.
 */
export async function writeArchiveFile(
  path: string,
  range: SegmentRange,
  entries: AsyncIterable<ChainEntry>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await pipeline(
      Readable.from(linesOf(range, entries)),
      createGzip(),
      createWriteStream(draft, { mode: 0o600, flush: true }),
    );
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* linesOf(
  { before, lastSequence }: SegmentRange,
  entries: AsyncIterable<ChainEntry>,
) {
  const header: Header = {
    format: FORMAT,
    first_sequence: before.sequence + 1,
    last_sequence: lastSequence,
    first_prev_hash: hex(before.hash),
  };
  yield `${JSON.stringify(header)}\n`;
  for await (const entry of entries) {
    if (entry.kind === 'event') {
      const { sequence, content, prevHash, hash } = entry.event;
      yield `${JSON.stringify({ sequence, content, prev_hash: hex(prevHash), hash: hex(hash) })}\n`;
    } else if (entry.kind === 'checkpoint') {
      yield `${JSON.stringify({ checkpoint: toCheckpointRecord(entry.checkpoint) })}\n`;
    }
  }
}

export interface OpenArchive {
  range: SegmentRange;
  entries: AsyncGenerator<ChainEntry, void, undefined>;
  /** of the file, hex; once the entries were read to their end */
  digest(): string;
}

/** Begins to read an archive file. @throws ArchiveFileError, also while its entries are read */
export async function openArchiveFile(path: string): Promise<OpenArchive> {
  const hash = createHash('sha256');
  const lines = readLines(path, hash);
  const first = await lines.next();
  const header = first.done ? null : parseHeader(first.value);
  if (!header) {
    await lines.return();
    throw new ArchiveFileError(`${basename(path)} is not an archive of the audit log`);
  }
  return {
    range: {
      before: { sequence: header.first_sequence - 1, hash: fromHex(header.first_prev_hash) },
      lastSequence: header.last_sequence,
    },
    entries: readEntries(path, lines),
    digest: () => hash.copy().digest('hex'),
  };
}

/** Verifies an archive file by itself. @throws ArchiveFileError */
export async function verifyArchiveFile(
  path: string,
  keys: Pick<CheckpointKeys, 'check'>,
): Promise<ChainVerdict & { range: SegmentRange; sha256: string }> {
  const { range, entries, digest } = await openArchiveFile(path);
  const verdict = await verifyChain({
    entries: closed(entries, range),
    start: range.before,
    sha256,
    signature: keys.check,
  });
  return { ...verdict, range, sha256: digest() };
}

/** The entries, which must end in the last event that the header names, signed. */
async function* closed(
  entries: AsyncIterable<ChainEntry>,
  { lastSequence }: SegmentRange,
): AsyncGenerator<ChainEntry, void, undefined> {
  let reached = 0;
  let signed = 0;
  for await (const entry of entries) {
    if (entry.kind === 'event') reached = entry.event.sequence;
    if (entry.kind === 'checkpoint') signed = entry.checkpoint.sequence;
    yield entry;
  }
  if (reached !== lastSequence || signed !== lastSequence) {
    const reason = `The archive ends at event ${reached}, signed up to ${signed}; it should reach ${lastSequence}`;
    yield { kind: 'unreadable', sequence: Math.min(reached, signed) + 1, reason };
  }
}

async function* readLines(path: string, hash: Hash): AsyncGenerator<string, void, undefined> {
  const unpacked = createGunzip();
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const finished = pipeline(createReadStream(path), measured, unpacked).catch(
    (error: unknown) => error,
  );
  try {
    for await (const line of createInterface({ input: unpacked })) yield line;
    const error = await finished;
    if (error) throw error;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ArchiveFileError(`${basename(path)} can't be read: ${reason}`, { cause: error });
  } finally {
    unpacked.destroy();
  }
}

async function* readEntries(
  path: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<ChainEntry, void, undefined> {
  for await (const line of lines) {
    let entry: ChainEntry;
    try {
      entry = parseEntry(JSON.parse(line) as Record<string, unknown>);
    } catch (error) {
      throw new ArchiveFileError(`${basename(path)} has a line that is none of an archive`, {
        cause: error,
      });
    }
    yield entry;
  }
}

function parseEntry(told: Record<string, unknown>): ChainEntry {
  if ('checkpoint' in told) {
    return { kind: 'checkpoint', checkpoint: fromCheckpointRecord(told['checkpoint']) };
  }
  const { sequence, content, prev_hash, hash } = told;
  if (typeof sequence !== 'number' || typeof content !== 'string') throw new Error('not an event');
  const event = { sequence, content, prevHash: fromHex(prev_hash), hash: fromHex(hash) };
  return { kind: 'event', event: { ...event, columns: null } };
}

function parseHeader(line: string): Header | null {
  try {
    const told = JSON.parse(line) as Header;
    fromHex(told.first_prev_hash);
    const isWhole =
      told.format === FORMAT &&
      Number.isSafeInteger(told.first_sequence) &&
      Number.isSafeInteger(told.last_sequence);
    return isWhole ? told : null;
  } catch {
    return null;
  }
}

/** Where an archive file of the folder is. The name comes from the database: it must not lead elsewhere. */
export function archivePath(folder: string, name: string): string {
  return join(folder, basename(name));
}
