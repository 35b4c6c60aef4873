import { createHash } from 'node:crypto';
import type { AuditEvent } from '../../domain/audit/event.ts';
import {
  type Finding,
  findSuspicion,
  longestWindow,
  type SuspicionRules,
  type WatchedEvent,
} from '../../domain/audit/suspicion.ts';
import { appendAudit } from '../audit-log.ts';
import type { Database } from '../client.ts';

/** Events of one look: some 50 ms. */
const MOST = 5_000;
/** The rules look at what people did and what nobody may have; the rest is most of the log. */
const IS_WATCHED = `actor_kind NOT IN ('system', 'github')`;

export interface Watched {
  /** Security events that somebody should hear of, each in one look only. */
  alerts: WatchedEvent[];
  findings: Finding[];
  /** There is more to look at. */
  isMore: boolean;
}

/**
 * Looks through what was sealed since the last look, and writes a security event for each thing that
 * is suspicious. How far it got is kept in the same transaction, and an event's id is made of what it
 * tells, so that nothing is told twice or left out whenever a process ends.
 *
 * @returns null when another process is at it
 */
export function watchAudit(
  database: Database,
  rules: SuspicionRules,
  most = MOST,
): Promise<Watched | null> {
  return database.$transaction(
    async (transaction) => {
      const [place] = await transaction.$queryRaw<{ sequence: bigint }[]>`
        SELECT sequence FROM audit_watch FOR UPDATE SKIP LOCKED`;
      if (!place) return null;
      const after = Number(place.sequence);
      const [reach] = await transaction.$queryRaw<{ last: bigint | null; count: bigint }[]>`
        SELECT max(sequence) AS last, count(*) AS count FROM (
          SELECT sequence FROM audit_events WHERE sequence > ${after}
          ORDER BY sequence LIMIT ${most}) AS next`;
      const last = Number(reach?.last ?? after);
      if (last === after) return { alerts: [], findings: [], isMore: false };
      const fresh = toEvents(
        await transaction.$queryRawUnsafe<Row[]>(
          `SELECT sequence, content FROM audit_events
            WHERE sequence > $1 AND sequence <= $2 AND (${IS_WATCHED} OR category = 'security')
            ORDER BY sequence`,
          after,
          last,
        ),
      );
      const earliest = Math.min(...fresh.map(({ time }) => Date.parse(time)));
      const before = Number.isFinite(earliest)
        ? await transaction.$queryRawUnsafe<Row[]>(
            `SELECT sequence, content FROM audit_events
              WHERE time > $1 AND sequence <= $2 AND ${IS_WATCHED} ORDER BY sequence`,
            new Date(earliest - longestWindow(rules)),
            after,
          )
        : [];
      const findings = findSuspicion([...toEvents(before), ...fresh], after, rules);
      await appendAudit(
        transaction,
        ...findings.map(({ key, type, actor, correlationId, details, subject }) => ({
          id: idOf(key),
          type,
          actor,
          action: 'detect',
          resource: { type: 'subject', id: subject },
          details,
          correlationId,
        })),
      );
      await transaction.$executeRaw`UPDATE audit_watch SET sequence = ${last}`;
      return {
        alerts: fresh.filter(isAlert),
        findings,
        isMore: Number(reach?.count ?? 0) === most,
      };
    },
    { timeout: 30_000 },
  );
}

interface Row {
  sequence: bigint;
  content: string;
}

function toEvents(rows: readonly Row[]): WatchedEvent[] {
  return rows.flatMap(({ sequence, content }) => {
    const event = parse(content);
    return event ? [{ ...event, sequence: Number(sequence) }] : [];
  });
}

/** null for content that was spoilt: verifying the log tells of it. */
function parse(content: string): AuditEvent | null {
  try {
    const event = JSON.parse(content) as AuditEvent;
    return typeof event.actor.id === 'string' && typeof event.details === 'object' ? event : null;
  } catch {
    return null;
  }
}

function isAlert({ category, severity }: WatchedEvent): boolean {
  return category === 'security' && (severity === 'warning' || severity === 'critical');
}

/** A UUID (version 8) that is the same for the same finding. */
function idOf(key: string): string {
  const digits = createHash('sha256').update(key).digest('hex');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
