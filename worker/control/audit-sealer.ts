import type { Logger } from '../../config/log.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { sealAudit } from '../../prisma/audit-seal.ts';
import {
  AuditChainBrokenError,
  makeCheckpoint,
  toldOfBrokenChain,
} from '../../prisma/audit/make-checkpoint.ts';
import type { AuditPlaces } from '../../prisma/audit/verify-log.ts';

/** Until then an event waits at most. Milliseconds. */
const SEAL_EVERY = 1_000;
/** A checkpoint after so many events, or after so long when there is something new. */
const CHECKPOINT_EVENTS = 1_000;
const CHECKPOINT_EVERY = 60_000;

/**
 * Seals what was written into the audit log, and signs it from time to time. Any number of processes
 * may do so at once. It asks each second instead of being told of each event: a notification would
 * make every transaction that writes an event wait for the others' commits.
 */
export class AuditSealer {
  readonly #places: AuditPlaces;
  readonly #log: Logger;
  readonly #checkpointEvery: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #failing = false;
  /** sequence and time of the last checkpoint that this process knows of */
  #signed = 0;
  #signedAt = 0;

  /** @param checkpointEvery - milliseconds */
  constructor(places: AuditPlaces, log: Logger, checkpointEvery = CHECKPOINT_EVERY) {
    this.#places = places;
    this.#log = log;
    this.#checkpointEvery = checkpointEvery;
  }

  start(): void {
    this.#signedAt = performance.now();
    this.#schedule();
  }

  /** Seals and signs what is there, and ends. Never fails: what is left waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#guarded(() => this.#step(true));
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#guarded(() => this.#step(false)).then(() => this.#schedule());
    }, SEAL_EVERY);
  }

  async #step(isLast: boolean): Promise<void> {
    const head = await sealAudit(this.#places.database);
    const isDue =
      isLast ||
      head.sequence - this.#signed >= CHECKPOINT_EVENTS ||
      performance.now() - this.#signedAt >= this.#checkpointEvery;
    if (!isDue || head.sequence === this.#signed) return;
    await makeCheckpoint(this.#places);
    // Where another process is at it, that one signs.
    this.#signed = head.sequence;
    this.#signedAt = performance.now();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#failing) this.#log.info('The audit log is sealed again');
      this.#failing = false;
    } catch (error) {
      if (error instanceof AuditChainBrokenError) await this.#alarm(error);
      else if (!this.#failing) {
        this.#log.warn({ err: error }, 'The audit log can not be sealed at the moment; trying on');
      }
      this.#failing = true;
    }
  }

  /** Whoever watches hears of it by the log and by an event, each once. */
  async #alarm(error: AuditChainBrokenError): Promise<void> {
    this.#signedAt = performance.now();
    this.#signed = 0;
    if (this.#failing) return;
    this.#log.error({ finding: error.finding }, `${error.message}; nothing of it is signed`);
    await appendAudit(this.#places.database, toldOfBrokenChain(error.finding)).catch(
      (failure: unknown) => this.#log.warn({ err: failure }, 'The alarm could not be written'),
    );
  }
}
