import { setImmediate } from 'node:timers/promises';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { AuditColumns } from '../../domain/audit/columns.ts';
import type { ChainEntry, StoredEvent } from '../../domain/audit/verify.ts';
import type { Database } from '../client.ts';

export type ChainReader = Pick<Database, '$queryRaw'>;

/** Events that are held at once. */
const PAGE = 500;
const BEFORE_ALL = -(2n ** 62n);
const AFTER_ALL = 2n ** 62n;

/** Sequence, content, prev_hash and hash in hexadecimal, then the columns in the order of {@link COLUMNS}. */
type EventRow = [number, string, string, string, ...(string | number | null)[]];

const COLUMNS = [
  'id',
  'time',
  'type',
  'category',
  'severity',
  'actor_kind',
  'actor_id',
  'actor_name',
  'actor_address',
  'resource_type',
  'resource_id',
  'action',
  'outcome',
  'correlation_id',
] as const satisfies (keyof AuditColumns)[];

interface CheckpointRow {
  sequence: bigint;
  hash: Uint8Array;
  signed_at: Date;
  key_id: string;
  signature: Uint8Array;
}

/**
 * The events and checkpoints that the database holds, in order, a page at a time. Between two pages
 * other work of the process has its turn.
 *
 * @param range.after - leave out what is up to this sequence
 * @param range.upTo - leave out what is beyond this sequence
 */
export async function* readChain(
  database: ChainReader,
  range: { after?: number; upTo?: number } = {},
): AsyncGenerator<ChainEntry, void, undefined> {
  let after = range.after === undefined ? BEFORE_ALL : BigInt(range.after);
  const upTo = range.upTo === undefined ? AFTER_ALL : BigInt(range.upTo);
  for (;;) {
    const events = await readEvents(database, after, upTo);
    const last = events.length < PAGE ? upTo : BigInt(events.at(-1)?.[0] ?? 0);
    const points = await readCheckpoints(database, after, last);
    let next = 0;
    for (const row of events) {
      yield { kind: 'event', event: toEvent(row) };
      for (; (points[next]?.sequence ?? AFTER_ALL) <= row[0]; next += 1) {
        yield { kind: 'checkpoint', checkpoint: toCheckpoint(points[next] as CheckpointRow) };
      }
    }
    for (const row of points.slice(next))
      yield { kind: 'checkpoint', checkpoint: toCheckpoint(row) };
    if (events.length < PAGE) return;
    after = last;
    await setImmediate();
  }
}

/** The last checkpoint that the database holds, of those up to a sequence. */
export async function lastCheckpoint(
  database: ChainReader,
  upTo: number = Number.MAX_SAFE_INTEGER,
): Promise<Checkpoint | null> {
  const rows = await database.$queryRaw<CheckpointRow[]>`
    SELECT * FROM audit_checkpoints WHERE sequence <= ${upTo} ORDER BY sequence DESC LIMIT 1`;
  return rows[0] ? toCheckpoint(rows[0]) : null;
}

/** A page as one text: taking rows of twenty columns apart costs many times as much. */
async function readEvents(database: ChainReader, after: bigint, upTo: bigint): Promise<EventRow[]> {
  const pages = await database.$queryRaw<{ page: string }[]>`
    SELECT COALESCE(json_agg(json_build_array(sequence, content, encode(prev_hash, 'hex'),
      encode(hash, 'hex'), id, (extract(epoch FROM time) * 1000)::float8, type, category, severity,
      actor_kind, actor_id, actor_name, actor_address, resource_type, resource_id, action, outcome,
      correlation_id) ORDER BY sequence), '[]')::text AS page
    FROM (SELECT * FROM audit_events WHERE sequence > ${after} AND sequence <= ${upTo}
      ORDER BY sequence LIMIT ${PAGE}) AS events`;
  return JSON.parse(pages[0]?.page ?? '[]') as EventRow[];
}

function readCheckpoints(
  database: ChainReader,
  after: bigint,
  upTo: bigint,
): Promise<CheckpointRow[]> {
  return database.$queryRaw<CheckpointRow[]>`
    SELECT * FROM audit_checkpoints WHERE sequence > ${after} AND sequence <= ${upTo}
    ORDER BY sequence`;
}

function toEvent([sequence, content, prevHash, hash, ...values]: EventRow): StoredEvent {
  const columns = Object.fromEntries(COLUMNS.map((name, place) => [name, values[place]]));
  return {
    sequence,
    content,
    prevHash: Buffer.from(prevHash, 'hex'),
    hash: Buffer.from(hash, 'hex'),
    columns: columns as unknown as AuditColumns,
  };
}

function toCheckpoint(row: CheckpointRow): Checkpoint {
  return {
    sequence: Number(row.sequence),
    hash: row.hash,
    signedAt: row.signed_at.toISOString(),
    keyId: row.key_id,
    signature: row.signature,
  };
}
