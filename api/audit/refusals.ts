import type { Context, MiddlewareHandler } from 'hono';
import type { Logger } from '../../config/log.ts';
import type { AuditActor, ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit, type AuditWriter } from '../../prisma/audit-log.ts';
import type { ApiEnvironment } from '../environment.ts';
import { told } from './actor.ts';

/** Milliseconds within which refusals of one kind and sender become two events at most. */
const WINDOW = 60_000;
/** Kinds and senders that are told apart within one window: whoever has many addresses can't fill the log. */
const MOST_KEPT = 1_000;

export type Refusal = Omit<ToldEvent, 'actor' | 'correlationId' | 'outcome'>;

const MANY: AuditActor = { kind: 'anonymous', id: 'many', name: 'Many senders', address: null };

interface Repeated {
  event: ToldEvent;
  /** Refusals that no event tells of yet. */
  count: number;
}

/**
 * Audits refusals, of which anyone can cause any number: the first of a kind and sender is written at
 * once, those that follow within a minute are counted, and written as one event with `details.count`.
 */
export class RefusalLog {
  readonly #database: AuditWriter;
  readonly #log: Logger;
  readonly #window: number;
  #repeated = new Map<string, Repeated>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  /** @param window - milliseconds */
  constructor(database: AuditWriter, log: Logger, window = WINDOW) {
    this.#database = database;
    this.#log = log;
    this.#window = window;
  }

  /** Leaves in the context how middleware and handlers tell of a refusal. */
  middleware(): MiddlewareHandler<ApiEnvironment> {
    return async (context, next) => {
      context.set('refused', (refusal) => this.record(context, refusal));
      await next();
    };
  }

  /** Tells of a refusal; never fails: what is refused stays so, and is told of later. */
  async record(context: Context<ApiEnvironment>, refusal: Refusal): Promise<void> {
    const event = told(context, { ...refusal, outcome: 'denied' });
    const key = keyOf(event);
    if (!this.#repeated.has(key) && this.#repeated.size >= MOST_KEPT) {
      this.#countFurther(event);
      return;
    }
    const known = this.#repeated.get(key);
    if (known) {
      known.count += 1;
      return;
    }
    // Before the write: of refusals that come at once only one is the first.
    const entry = { event, count: 0 };
    this.#repeated.set(key, entry);
    this.#timer ??= setTimeout(() => void this.flush(), this.#window).unref();
    try {
      await appendAudit(this.#database, event);
    } catch (error) {
      entry.count += 1;
      this.#log.warn({ err: error, type: event.type }, 'A refusal could not be audited yet');
    }
  }

  /** Ends the running window: writes what was counted in it, keeps what can't be written; never fails. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<void> {
    const repeated = this.#repeated;
    this.#repeated = new Map();
    const events = [...repeated.values()]
      .filter(({ count }) => count > 0)
      .map(({ event, count }) => ({ ...event, details: { ...event.details, count } }));
    try {
      await appendAudit(this.#database, ...events);
    } catch (error) {
      this.#log.warn({ err: error, count: events.length }, 'Refusals could not be audited yet');
      for (const [key, entry] of repeated) {
        if (entry.count === 0) continue;
        const since = this.#repeated.get(key);
        if (since) since.count += entry.count;
        else this.#repeated.set(key, entry);
      }
      this.#timer ??= setTimeout(() => void this.flush(), this.#window).unref();
    }
  }

  #countFurther({ type, action, outcome }: ToldEvent): void {
    const known = this.#repeated.get(type);
    if (known) known.count += 1;
    else {
      const event = { type, action, actor: MANY, ...(outcome ? { outcome } : {}) };
      this.#repeated.set(type, { event, count: 1 });
    }
  }
}

function keyOf({ type, actor, resource }: ToldEvent): string {
  return [type, actor.id, actor.address, resource?.type, resource?.id].join('\n');
}
