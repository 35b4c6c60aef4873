import type { Pool as ConnectionPool } from 'pg';
import type { Logger } from '../../config/log.ts';

/** How long marks are collected, so that a burst of webhooks costs few statements. Milliseconds. */
const COLLECT = 25;

/**
 * Marks deliveries of the inbox as handled, many at a time, after they were. A mark that is lost
 * (the process or the database ends) only means that the delivery is handed over once more.
 */
export class HandledMarker {
  readonly #connections: ConnectionPool;
  readonly #log: Logger;
  #ids: number[] = [];
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(connections: ConnectionPool, log: Logger) {
    this.#connections = connections;
    this.#log = log;
  }

  add(id: number): void {
    this.#ids.push(id);
    this.#timer ??= setTimeout(() => void this.flush(), COLLECT);
  }

  /** Writes what is collected; never fails. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = this.#ids;
    this.#ids = [];
    if (ids.length > 0) this.#flushing = this.#flushing.then(() => this.#write(ids));
    return this.#flushing;
  }

  async #write(ids: number[]): Promise<void> {
    try {
      await this.#connections.query({
        name: 'mark-deliveries-handled',
        text: `UPDATE deliveries SET status = 'handled', handled_at = now(), error = NULL
          WHERE id = ANY($1::bigint[]) AND status = 'received'`,
        values: [ids],
      });
    } catch (error) {
      this.#log.warn(
        { err: error, count: ids.length },
        'Deliveries could not be marked as handled',
      );
    }
  }
}
