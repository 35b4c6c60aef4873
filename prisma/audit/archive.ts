import type { ChainHead } from '../../domain/audit/chain.ts';
import { GENESIS } from '../../domain/audit/chain.ts';
import { type AuditActor, SYSTEM_ACTOR, type ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../audit-log.ts';
import {
  archiveFileName,
  archivePath,
  type SegmentRange,
  verifyArchiveFile,
  writeArchiveFile,
} from './archive-file.ts';
import { AuditChainBrokenError } from './make-checkpoint.ts';
import { readChain } from './read-chain.ts';
import type { AuditPlaces } from './verify-log.ts';

/** Events of one archive file; more only where there is no checkpoint between. */
const LARGEST = 50_000;
/** The database refuses to remove anything younger. Milliseconds. */
export const YOUNGEST = 7 * 24 * 3_600_000;

export interface ArchivedSegment {
  file: string;
  events: number;
}

/**
 * Moves the oldest part of the log into an archive file: whole events from one checkpoint to another.
 * May be interrupted anywhere: until the file was read back and recorded nothing is removed, and
 * record and removal are one transaction.
 *
 * @param before - only events from before this; never any of the last seven days
 * @param told - who asked for it, and the request's id
 * @returns null when there is nothing left to archive
 * @throws AuditChainBrokenError when the events are not what was signed; they stay
 */
export async function archiveSegment(
  places: AuditPlaces,
  before: Date,
  told: { actor: AuditActor | null; correlationId: string | null },
): Promise<ArchivedSegment | null> {
  const { database, folder, keys } = places;
  const range = await nextSegment(places, before);
  if (!range) return null;
  const file = archiveFileName(range);
  const path = archivePath(folder, file);
  await writeArchiveFile(
    path,
    range,
    readChain(database, { after: range.before.sequence, upTo: range.lastSequence }),
  );
  const read = await verifyArchiveFile(path, keys);
  if (read.firstBad) throw new AuditChainBrokenError(read.firstBad);
  const { sequence: last, hash } = read.head;
  const first = range.before.sequence + 1;
  await database.$transaction(
    async (transaction) => {
      await transaction.$executeRaw`
        INSERT INTO audit_segments
          (first_sequence, last_sequence, first_prev_hash, last_hash, file, sha256)
        VALUES (${first}, ${last}, ${range.before.hash}, ${hash}, ${file}, ${read.sha256})`;
      await transaction.$executeRaw`SELECT audit_remove_segment(${first}::bigint)`;
      await appendAudit(transaction, archived(file, read.sha256, first, last, told));
    },
    { timeout: 600_000 },
  );
  return { file, events: read.events };
}

/** What is archived next: from where the archives end to the last checkpoint that is old enough. */
async function nextSegment({ database }: AuditPlaces, before: Date): Promise<SegmentRange | null> {
  const oldest = new Date(Math.min(before.getTime(), Date.now() - YOUNGEST));
  const rows = await database.$queryRaw<{ last_sequence: bigint; last_hash: Uint8Array }[]>`
    SELECT last_sequence, last_hash FROM audit_segments ORDER BY last_sequence DESC LIMIT 1`;
  const archivedTo = rows[0];
  const start: ChainHead = archivedTo
    ? { sequence: Number(archivedTo.last_sequence), hash: archivedTo.last_hash }
    : GENESIS;
  const points = await database.$queryRaw<{ last: bigint | null }[]>`
    WITH old AS (
      SELECT c.sequence FROM audit_checkpoints c
      WHERE c.sequence > ${start.sequence} AND c.sequence < COALESCE(
        (SELECT min(e.sequence) FROM audit_events e WHERE e.time >= ${oldest}),
        9223372036854775807))
    SELECT COALESCE(max(sequence) FILTER (WHERE sequence <= ${start.sequence + LARGEST}),
      min(sequence)) AS last FROM old`;
  const last = points[0]?.last;
  return last ? { before: start, lastSequence: Number(last) } : null;
}

function archived(
  file: string,
  digest: string,
  first: number,
  last: number,
  { actor, correlationId }: { actor: AuditActor | null; correlationId: string | null },
): ToldEvent {
  return {
    type: 'audit.archived',
    actor: actor ?? SYSTEM_ACTOR,
    action: 'archive',
    resource: { type: 'audit_archive', id: file },
    details: { first_sequence: first, last_sequence: last, sha256: digest },
    correlationId,
  };
}
