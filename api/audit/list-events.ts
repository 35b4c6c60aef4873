import type { Pool as ConnectionPool } from 'pg';
import { z } from 'zod';
import type { Database } from '../../prisma/client.ts';
import { sealAudit } from '../../prisma/audit-seal.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { AuditPage } from '../schemas/audit.ts';
import { AUDIT_COLUMNS, type AuditRow, toAuditEvent } from '../views/audit-view.ts';
import { type EventFilter, toCondition } from './event-filter.ts';

const cursorSchema = z.tuple([z.int().min(0)]);

export interface AuditReader {
  connections: ConnectionPool;
  database: Database;
}

/** One page of events, the newest first; with everything that was written before the call. */
export async function listEvents(
  { connections, database }: AuditReader,
  filter: EventFilter,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<AuditPage> {
  const below = readCursor(cursor);
  await sealAudit(database);
  const rows = await selectEvents(connections, { ...filter, below }, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toAuditEvent),
    next_cursor: rows.length > limit && last ? toCursor(Number(last.sequence)) : null,
  };
}

/** The newest events that match, the newest first. */
export async function selectEvents(
  connections: ConnectionPool,
  filter: EventFilter,
  limit: number,
): Promise<AuditRow[]> {
  const { where, values } = toCondition(filter);
  const { rows } = await connections.query<AuditRow>(
    `SELECT ${AUDIT_COLUMNS} FROM audit_events WHERE ${where}
      ORDER BY sequence DESC LIMIT $${values.length + 1}`,
    [...values, limit],
  );
  return rows;
}

/** @param sequence - of the last event of a page */
export function toCursor(sequence: number): string {
  return encodeCursor([sequence]);
}

/** @throws MalformedRequestError */
export function readCursor(cursor: string | undefined): number | undefined {
  return cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
}
