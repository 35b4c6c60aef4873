import type { Logger } from '../../config/log.ts';
import type { SuspicionRules } from '../../domain/audit/suspicion.ts';
import { watchAudit } from '../../prisma/audit/watch-log.ts';
import type { Database } from '../../prisma/client.ts';

/** Milliseconds between looks. */
const EVERY = 2_000;

/**
 * Looks through the audit log for what is suspicious as it grows, and tells of each security event in
 * the log. Any number of processes may do so at once.
 */
export class AuditWatch {
  readonly #database: Database;
  readonly #rules: SuspicionRules;
  readonly #log: Logger;
  readonly #every: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #failing = false;

  /** @param every - milliseconds between looks */
  constructor(database: Database, rules: SuspicionRules, log: Logger, every = EVERY) {
    this.#database = database;
    this.#rules = rules;
    this.#log = log;
    this.#every = every;
  }

  start(): void {
    this.#running = this.#look().then(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), this.#every);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      for (let isMore = true; isMore && !this.#stopped;) {
        const watched = await watchAudit(this.#database, this.#rules);
        for (const {
          type,
          severity,
          actor,
          resource,
          id,
          correlationId,
          details,
        } of watched?.alerts ?? []) {
          this.#log.warn(
            {
              security_event: type,
              severity,
              actor: actor.id,
              address: actor.address,
              subject: resource?.id,
              event_id: id,
              correlation_id: correlationId,
              details,
            },
            'Security event',
          );
        }
        isMore = watched?.isMore ?? false;
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        this.#log.warn({ err: error }, 'The audit log can not be watched at the moment; trying on');
      }
      this.#failing = true;
    }
  }
}
