import type { Pool as ConnectionPool } from 'pg';
import { AUDIT_CATEGORIES, AUDIT_EVENT_TYPES } from '../../domain/audit/event-types.ts';
import { family, type MetricFamily } from './metric-family.ts';

const SEALED = `SELECT type, category, count(*)::float AS count, max(sequence)::text AS last
  FROM audit_events WHERE sequence > $1 GROUP BY type, category`;

/** What waits to be sealed comes in order, but for transactions that commit late. */
const WAITING = `SELECT count(*)::float AS count,
    COALESCE(GREATEST(0, extract(epoch FROM now() - (
      SELECT (content::jsonb ->> 'time')::timestamptz FROM audit_pending ORDER BY id LIMIT 1
    ))), 0)::float AS seconds
  FROM audit_pending`;

/**
 * Figures of the audit log, computed from it, so that they are the same at every instance. Each look
 * reads only what was sealed since the last; a restart counts anew what is not archived.
 */
export class AuditMetrics {
  readonly #connections: ConnectionPool;
  readonly #categories = new Map<string, number>(AUDIT_CATEGORIES.map((name) => [name, 0]));
  readonly #security = new Map<string, number>(
    Object.entries(AUDIT_EVENT_TYPES)
      .filter(([, { category }]) => category === 'security')
      .map(([type]) => [type, 0]),
  );
  #last = '0';
  #looking: Promise<MetricFamily[]> | null = null;

  constructor(connections: ConnectionPool) {
    this.#connections = connections;
  }

  /** Scrapes that come at once share one look. */
  collect(): Promise<MetricFamily[]> {
    this.#looking ??= this.#collect().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #collect(): Promise<MetricFamily[]> {
    const [sealed, waiting] = await Promise.all([
      this.#connections.query<{ type: string; category: string; count: number; last: string }>(
        SEALED,
        [this.#last],
      ),
      this.#connections.query<{ count: number; seconds: number }>(WAITING),
    ]);
    for (const { type, category, count, last } of sealed.rows) {
      add(this.#categories, category, count);
      if (category === 'security') add(this.#security, type, count);
      if (BigInt(last) > BigInt(this.#last)) this.#last = last;
    }
    const { count = 0, seconds = 0 } = waiting.rows[0] ?? {};
    return [
      family(
        'counter',
        'runyard_audit_events_total',
        'Audit events, by category',
        valuesOf('category', this.#categories),
      ),
      family(
        'counter',
        'runyard_security_events_total',
        'Security events of the audit log, by type',
        valuesOf('type', this.#security),
      ),
      family('gauge', 'runyard_audit_pending_events', 'Audit events that wait to be sealed', [
        { labels: {}, value: count },
      ]),
      family('gauge', 'runyard_audit_seal_lag_seconds', 'Age of the oldest of them', [
        { labels: {}, value: seconds },
      ]),
    ];
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function valuesOf(label: string, counts: ReadonlyMap<string, number>) {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}
