import type { ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { sealAudit } from '../../prisma/audit-seal.ts';
import type { AuditExportQuery } from '../schemas/audit.ts';
import { toAuditEvent } from '../views/audit-view.ts';
import { type EventFilter, toCondition } from './event-filter.ts';
import { writerOf } from './export-formats.ts';
import { type AuditReader, readCursor, selectEvents, toCursor } from './list-events.ts';

/** Events that are in memory at once. */
const BATCH = 500;
/** The most of one call. */
export const MOST_EXPORTED = 10_000;

export interface AuditExport {
  mediaType: string;
  nextCursor: string | null;
  body: ReadableStream<Uint8Array>;
}

/**
 * Exports the events that match, the newest first, as a stream that reads on only as fast as it's
 * read. That there is an export is audited before its first byte.
 *
 * @param tell - makes the event `audit.exported` of the details
 */
export async function exportEvents(
  reader: AuditReader,
  query: AuditExportQuery,
  tell: (details: Record<string, string | number>) => ToldEvent,
): Promise<AuditExport> {
  const { format = 'json', limit = MOST_EXPORTED, cursor, ...filter } = query;
  const below = readCursor(cursor);
  const { sequence: head } = await sealAudit(reader.database);
  const wanted: EventFilter = { ...filter, below: Math.min(below ?? head + 1, head + 1) };
  const { last, isMore } = await findEnd(reader, wanted, limit);
  await appendAudit(reader.database, tell({ format, ...described(query) }));
  const nextCursor = isMore ? toCursor(last) : null;
  const { mediaType } = writerOf(format);
  const chunks = write(reader, { ...wanted, from: last }, format, nextCursor);
  return { mediaType, nextCursor, body: toStream(chunks) };
}

/** Where the page ends is known before it's read, since its cursor stands in a header. */
async function findEnd(
  { connections }: AuditReader,
  filter: EventFilter,
  limit: number,
): Promise<{ last: number; isMore: boolean }> {
  const { where, values } = toCondition(filter);
  const { rows } = await connections.query<{ sequence: string }>(
    `SELECT sequence FROM audit_events WHERE ${where}
      ORDER BY sequence DESC OFFSET $${values.length + 1} LIMIT 2`,
    [...values, limit - 1],
  );
  return { last: Number(rows[0]?.sequence ?? 0), isMore: rows.length === 2 };
}

async function* write(
  { connections }: AuditReader,
  filter: EventFilter,
  format: NonNullable<AuditExportQuery['format']>,
  nextCursor: string | null,
): AsyncGenerator<string> {
  const writer = writerOf(format);
  yield writer.head;
  let { below } = filter;
  for (let isFirst = true; ; isFirst = false) {
    const rows = await selectEvents(connections, { ...filter, below }, BATCH);
    if (rows.length > 0) yield writer.batch(rows.map(toAuditEvent), isFirst);
    if (rows.length < BATCH) break;
    below = Number(rows.at(-1)?.sequence);
  }
  yield writer.tail(nextCursor);
}

/** Pulls, so that a reader who is slow or gone holds or ends the reading of the database. */
function toStream(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (done) controller.close();
        else if (value !== '') controller.enqueue(encoder.encode(value));
        else await this.pull?.(controller);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}

/** The filters, as the event tells of them. */
function described(query: AuditExportQuery): Record<string, string | number> {
  const { format: _, ...filters } = query;
  return Object.fromEntries(
    Object.entries(filters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );
}
