import { stringify } from 'csv-stringify/sync';
import type { AuditEventView } from '../schemas/audit.ts';

export type ExportFormat = 'json' | 'csv' | 'ndjson';

/** How a format writes events that come in batches. */
interface Writer {
  mediaType: string;
  head: string;
  /** @param isFirst - nothing but the head was written yet */
  batch(events: readonly AuditEventView[], isFirst: boolean): string;
  tail(nextCursor: string | null): string;
}

const COLUMNS = {
  sequence: (event: AuditEventView) => event.sequence,
  time: (event: AuditEventView) => event.time,
  id: (event: AuditEventView) => event.id,
  type: (event: AuditEventView) => event.type,
  category: (event: AuditEventView) => event.category,
  severity: (event: AuditEventView) => event.severity,
  actor_kind: (event: AuditEventView) => event.actor.kind,
  actor_id: (event: AuditEventView) => event.actor.id,
  actor_name: (event: AuditEventView) => event.actor.name,
  actor_address: (event: AuditEventView) => event.actor.address,
  resource_type: (event: AuditEventView) => event.resource?.type,
  resource_id: (event: AuditEventView) => event.resource?.id,
  action: (event: AuditEventView) => event.action,
  outcome: (event: AuditEventView) => event.outcome,
  details: (event: AuditEventView) => JSON.stringify(event.details),
  correlation_id: (event: AuditEventView) => event.correlation_id,
  prev_hash: (event: AuditEventView) => event.prev_hash,
  hash: (event: AuditEventView) => event.hash,
};

/**
 * Rows of CSV (RFC 4180). What a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, tab, carriage
 * return at the beginning of a cell) gets an apostrophe before it.
 */
function toCsv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: 'windows' },
  );
}

const WRITERS: Record<ExportFormat, Writer> = {
  json: {
    mediaType: 'application/json',
    head: '{"items":[',
    batch: (events, isFirst) =>
      (isFirst || events.length === 0 ? '' : ',') +
      events.map((event) => JSON.stringify(event)).join(','),
    tail: (nextCursor) => `],"next_cursor":${JSON.stringify(nextCursor)}}`,
  },
  ndjson: {
    mediaType: 'application/x-ndjson',
    head: '',
    batch: (events) => events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    tail: () => '',
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    head: toCsv([Object.keys(COLUMNS)]),
    batch: (events) =>
      toCsv(events.map((event) => Object.values(COLUMNS).map((column) => column(event)))),
    tail: () => '',
  },
};

/** Writes events in a format, batch by batch, as they're asked for. */
export function writerOf(format: ExportFormat): Writer {
  return WRITERS[format];
}
