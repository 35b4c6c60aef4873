import { Client } from 'pg';
import type { Logger } from '../../config/log.ts';

/** `runyard_access`: teams, users or sessions have changed, so what somebody may see may have. */
export type Channel = 'runyard_changes' | 'runyard_logs' | 'runyard_access';

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

/**
 * What Postgres notifies of, over one connection for all clients of this process. What is notified
 * while the connection is away is lost: `onGap` says that it may have been, once it's back.
 */
export class Notifications {
  readonly #url: string;
  readonly #log: Logger;
  readonly #listeners: Record<Channel, Set<(payload: string) => void>> = {
    runyard_changes: new Set(),
    runyard_logs: new Set(),
    runyard_access: new Set(),
  };
  readonly #gapListeners = new Set<() => void>();
  readonly #endListeners = new Set<() => void>();
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #closed = false;
  #hadConnection = false;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  /** Answers a function that ends the subscription. */
  on(channel: Channel, listener: (payload: string) => void): () => void {
    this.#listeners[channel].add(listener);
    return () => this.#listeners[channel].delete(listener);
  }

  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  /** Told when this process ends, so that streams end too. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  /** Connects, and goes on trying if it can't; resolves after the first try. */
  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.#url,
      application_name: 'runyard-api-live',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => {
      const listeners = this.#listeners[channel as Channel];
      for (const listener of listeners) listener(payload ?? '');
    });
    this.#client = client;
    try {
      await client.connect();
      await client.query('LISTEN runyard_changes; LISTEN runyard_logs; LISTEN runyard_access');
    } catch (error) {
      this.#lost(client, error);
      return;
    }
    this.#pause = FIRST_PAUSE;
    if (this.#hadConnection) for (const listener of this.#gapListeners) listener();
    this.#hadConnection = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const listener of this.#endListeners) listener();
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  #lost(client: Client, error?: unknown): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = null;
    // What was notified before the first connection is missed just the same.
    this.#hadConnection = true;
    this.#log.warn({ err: error }, 'Live updates pause: the database connection is gone');
    void client.end().catch(() => undefined);
    this.#timer = setTimeout(() => void this.start(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}
