import type { Pool as ConnectionPool } from 'pg';
import type { Logger } from '../../config/log.ts';

const EVERY = 3_600_000;
const BATCH = 500;

/** What still has to be handed over keeps its payload, however old. */
const FORGET_PAYLOADS = `
UPDATE deliveries SET payload = NULL WHERE id IN (
  SELECT id FROM deliveries
  WHERE payload IS NOT NULL AND status <> 'received'
    AND received_at < now() - $1 * interval '1 millisecond'
  LIMIT $2)`;

const FORGET_KEYS = `
DELETE FROM idempotency_keys WHERE (principal, key) IN (
  SELECT principal, key FROM idempotency_keys WHERE created_at < now() - interval '1 day' LIMIT $1)`;

/** Forgets what was kept long enough, each hour: payloads of webhooks, answers to repeated calls. */
export class Retention {
  readonly #connections: ConnectionPool;
  readonly #log: Logger;
  readonly #payloads: number;
  readonly #others: readonly (() => Promise<unknown>)[];
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * @param payloads - milliseconds that the payload of a delivery is kept
   * @param others - what else is swept along; safe to do twice
   */
  constructor(
    connections: ConnectionPool,
    log: Logger,
    payloads: number,
    others: readonly (() => Promise<unknown>)[] = [],
  ) {
    this.#connections = connections;
    this.#log = log;
    this.#payloads = payloads;
    this.#others = others;
  }

  start(): void {
    this.#running = this.run();
    this.#timer = setInterval(() => {
      this.#running = this.run();
    }, EVERY);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** In small steps, so that nothing else waits long; never fails. */
  async run(): Promise<void> {
    try {
      await this.#repeat(FORGET_PAYLOADS, [this.#payloads, BATCH]);
      await this.#repeat(FORGET_KEYS, [BATCH]);
      for (const sweep of this.#others) await sweep();
    } catch (error) {
      this.#log.warn({ err: error }, 'Old records could not be removed; tried again in an hour');
    }
  }

  async #repeat(statement: string, values: unknown[]): Promise<void> {
    while (!this.#stopped) {
      const { rowCount } = await this.#connections.query(statement, values);
      if ((rowCount ?? 0) < BATCH) return;
    }
  }
}
