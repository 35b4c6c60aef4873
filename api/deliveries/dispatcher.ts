import pLimit from 'p-limit';
import type { Pool as ConnectionPool, PoolClient } from 'pg';
import type { Logger } from '../../config/log.ts';
import { isDatabaseUnavailable } from '../database.ts';
import { isTemporalUnreachable, type Temporal } from '../temporal.ts';
import { handOver, type HandOverTarget } from './hand-over.ts';
import {
  PENDING_COLUMNS,
  type PendingDelivery,
  type PendingRow,
  registrationOf,
  toPendingDelivery,
} from './pending-delivery.ts';
import type { TemporalReach } from './temporal-reach.ts';

const BATCH = 50;
/** How much longer the normal path has while it is behind: what it will do soon need not be done twice. */
const PATIENCE_IN_A_CROWD = 5;
const AT_ONCE = 8;
/** Milliseconds; the rows are locked so long. */
const DEADLINE = 2_000;
/** The last try comes two days after the first; after that a person has to look. */
const MOST_ATTEMPTS = 17;

/**
 * Deliveries that still wait, in the order they came. Young ones are left to the normal path, and
 * each failure doubles the wait. Locked ones are another instance's.
 */
const PENDING = `
SELECT delivery.id AS inbox_id, delivery.delivery_id AS inbox_delivery_id,
  delivery.attempts AS inbox_attempts, delivery.action AS inbox_action,
  delivery.payload->'workflow_job'->>'conclusion' AS told_conclusion,
  NULLIF(delivery.payload->'workflow_job'->>'runner_name', '') AS told_runner,
  CASE WHEN delivery.action = 'in_progress' THEN runner.job_id END AS owner_job_id,
  ${registrationOf("delivery.payload->'workflow_job'->>'runner_name'", 'delivery.repository')}
    AS registration_id,
  false AS runner_stands, ${PENDING_COLUMNS}
FROM deliveries AS delivery
  LEFT JOIN jobs AS job ON job.id = replace(substr(delivery.workflow_id, 5), '/', '-')
  LEFT JOIN runners AS runner
    ON runner.name = NULLIF(delivery.payload->'workflow_job'->>'runner_name', '')
WHERE ${isDue('$2')}
ORDER BY delivery.id LIMIT $1 FOR UPDATE OF delivery SKIP LOCKED`;

/** Nearly every look finds nothing: then one statement is enough, and no transaction is begun. */
const IS_ANY_DUE = `SELECT FROM deliveries AS delivery WHERE ${isDue('$1')} LIMIT 1`;

function isDue(patience: string): string {
  return `delivery.status = 'received' AND delivery.received_at < now()
    - ${patience} * interval '1 millisecond' * power(2, LEAST(GREATEST(delivery.attempts, 1), 20) - 1)`;
}

const SETTLE = `
UPDATE deliveries SET status = outcome.status, error = outcome.error, attempts = attempts + 1,
  handled_at = CASE WHEN outcome.status = 'handled' THEN now() END
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS outcome (id, status, error)
WHERE deliveries.id = outcome.id`;

export interface DispatcherParts {
  connections: ConnectionPool;
  temporal: Temporal;
  target: HandOverTarget;
  reach: TemporalReach;
  log: Logger;
  /** Milliseconds between looks at the inbox. */
  interval: number;
  /** Milliseconds that the normal path has for a delivery. */
  patience: number;
  /** Whether the normal path has more at hand than it can hand over at once. */
  isCrowded: () => boolean;
}

interface Outcome {
  id: number;
  status: 'handled' | 'received' | 'failed';
  error: string | null;
}

/**
 * Hands over what the normal path could not: deliveries that came while Temporal was away, or that
 * the API took in just before it ended. Any number of instances may run at once.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Looks at once, and then in intervals. */
  start(): void {
    if (this.#stopped) return;
    this.#running = this.run().then(() => {
      this.#timer = setTimeout(() => this.start(), this.#parts.interval);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }

  /** Hands over all that waits, or as much as can be; never fails. */
  async run(): Promise<void> {
    const { connections, reach, log } = this.#parts;
    try {
      const due = await connections.query(IS_ANY_DUE, [this.#patience]);
      if (due.rowCount === 0) {
        reach.isUp = true;
        return;
      }
      for (;;) {
        // One delivery finds out whether Temporal is back, before many wait for it.
        const size = reach.isUp ? BATCH : 1;
        const { taken, isReachable } = await this.#dispatch(size);
        reach.isUp = isReachable;
        if (!isReachable || taken < size || this.#stopped) return;
      }
    } catch (error) {
      const level = isDatabaseUnavailable(error) ? 'warn' : 'error';
      log[level]({ err: error }, 'The inbox could not be looked through');
    }
  }

  get #patience(): number {
    const { patience, isCrowded } = this.#parts;
    return isCrowded() ? patience * PATIENCE_IN_A_CROWD : patience;
  }

  async #dispatch(size: number): Promise<{ taken: number; isReachable: boolean }> {
    const { connections } = this.#parts;
    const connection = await connections.connect();
    let failure: unknown;
    try {
      await connection.query('BEGIN');
      const { rows } = await connection.query<PendingRow>(PENDING, [size, this.#patience]);
      const limit = pLimit(AT_ONCE);
      let isGone = false;
      const outcomes = await Promise.all(
        rows.map((row) =>
          limit(async () => {
            const outcome = isGone ? 'unreachable' : await this.#handOver(row);
            isGone ||= outcome === 'unreachable';
            return outcome;
          }),
        ),
      );
      const settled = outcomes.filter((outcome) => outcome !== 'unreachable');
      await settle(connection, settled);
      await connection.query('COMMIT');
      return { taken: rows.length, isReachable: settled.length === outcomes.length };
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // A connection in an unknown state is closed, which rolls back.
      connection.release(failure !== undefined);
    }
  }

  async #handOver(row: PendingRow): Promise<Outcome | 'unreachable'> {
    const { temporal, target, log } = this.#parts;
    const id = Number(row.inbox_id);
    const delivery: PendingDelivery | null = toPendingDelivery(row);
    if (!delivery) return { id, status: 'failed', error: "The job's record is gone" };
    try {
      await temporal.within(DEADLINE, () => handOver(target, delivery));
      log.info({ delivery_id: delivery.deliveryId }, 'A delivery that waited was handed over');
      return { id, status: 'handled', error: null };
    } catch (error) {
      if (isTemporalUnreachable(error)) return 'unreachable';
      log.warn(
        { err: error, delivery_id: delivery.deliveryId },
        'A delivery can not be handed over',
      );
      const isLast = delivery.attempts >= MOST_ATTEMPTS;
      return { id, status: isLast ? 'failed' : 'received', error: describe(error) };
    }
  }
}

async function settle(connection: PoolClient, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await connection.query(SETTLE, [
    outcomes.map(({ id }) => id),
    outcomes.map(({ status }) => status),
    outcomes.map(({ error }) => error),
  ]);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`.slice(0, 500);
}
