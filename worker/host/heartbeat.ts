import type { HostDescription, HostLoad, HostRecords } from '../../activities/host-records.ts';
import type { Logger } from '../../config/log.ts';

/** milliseconds within which several changes are told as one: each is a write that every page hears of */
const COALESCE = 500;

/** Keeps the host's record: at its interval, and soon after each change of its load. */
export class HostHeartbeat {
  readonly #records: Pick<HostRecords, 'register' | 'heartbeat'>;
  readonly #description: HostDescription;
  readonly #load: () => HostLoad;
  readonly #onDraining: (draining: boolean) => void;
  readonly #interval: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #beating = false;
  #changed = false;
  #stopped = false;
  #failing = false;

  /**
   * @param options.interval - milliseconds
   * @param options.onDraining - called with what the record says of it, each time
   */
  constructor(options: {
    records: Pick<HostRecords, 'register' | 'heartbeat'>;
    description: HostDescription;
    load: () => HostLoad;
    onDraining: (draining: boolean) => void;
    interval: number;
    log: Logger;
  }) {
    this.#records = options.records;
    this.#description = options.description;
    this.#load = options.load;
    this.#onDraining = options.onDraining;
    this.#interval = options.interval;
    this.#log = options.log;
  }

  /** Registers the host and begins; a database that is away is tried again at the next beat. */
  async start(): Promise<void> {
    await this.#beat(() => this.#register());
  }

  /** The load has changed. */
  touch(): void {
    if (this.#stopped) return;
    if (this.#beating) this.#changed = true;
    else this.#schedule(COALESCE);
  }

  /** Tells the load a last time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#beat(() => this.#renew());
  }

  #schedule(milliseconds: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#beat(() => this.#renew()), milliseconds);
  }

  async #beat(tell: () => Promise<{ draining: boolean }>): Promise<void> {
    this.#beating = true;
    this.#changed = false;
    try {
      this.#onDraining((await tell()).draining);
      if (this.#failing) this.#log.info('The host is recorded again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn({ error: String(error) }, 'The host is not recorded');
      this.#failing = true;
    } finally {
      this.#beating = false;
      if (!this.#stopped) this.#schedule(this.#changed ? COALESCE : this.#interval);
    }
  }

  /** A host whose record somebody removed registers anew. */
  async #renew(): Promise<{ draining: boolean }> {
    const known = await this.#records.heartbeat(this.#description.id, this.#load());
    return known ?? this.#register();
  }

  #register(): Promise<{ draining: boolean }> {
    return this.#records.register(this.#description, this.#load());
  }
}
