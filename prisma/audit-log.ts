import { randomUUID } from 'node:crypto';
import { auditContent } from '../domain/audit/content.ts';
import { auditEvent, type ToldEvent } from '../domain/audit/event.ts';
import type { Database } from './client.ts';

/** A connection or a transaction: what a change and its events are written with. */
export type AuditWriter = Pick<Database, '$executeRaw'>;

/**
 * Writes events, in one statement. Called with the transaction of the change that they tell of, they
 * are kept if it is, and the change is undone if they can't be.
 */
export async function appendAudit(writer: AuditWriter, ...events: ToldEvent[]): Promise<void> {
  if (events.length === 0) return;
  await writer.$executeRaw`
    INSERT INTO audit_pending (content) SELECT unnest(${auditContents(...events)}::text[])`;
}

/** What {@link appendAudit} writes, for a statement that writes it itself: the column `content`. */
export function auditContents(...events: ToldEvent[]): string[] {
  const time = new Date().toISOString();
  return events.map((told) => auditContent(auditEvent(told, told.id ?? randomUUID(), time)));
}
