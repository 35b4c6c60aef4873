import type { RunnerSlots } from '../../activities/runner-context.ts';
import { IDLE_AFTER, Slots } from '../../domain/slots.ts';

/** Why a host takes no new runners for the time being. */
export type Hold = 'starting' | 'draining' | 'docker' | 'stopping';

interface Waiter {
  /** Takes what it waits for, if it can be had now. */
  attempt: () => boolean;
  resolve: () => void;
}

/** The host's slots with what the account of them leaves out: time, waiting, and holds. */
export class SlotBook implements RunnerSlots {
  readonly #slots: Slots;
  readonly #reservationTimeout: number;
  readonly #onChange: () => void;
  readonly #holds = new Set<Hold>(['starting']);
  /** Runners come before claims, each in the order of their coming. */
  readonly #runners = new Set<Waiter>();
  readonly #polls = new Set<Waiter>();
  #lapse: NodeJS.Timeout | null = null;
  #recheck: NodeJS.Timeout | null = null;

  /**
   * Held as `starting` until that is released.
   *
   * @param options.reservationTimeout - milliseconds until a reservation lapses that no runner uses
   * @param options.onChange - called after each change of what is reserved or running
   */
  constructor(options: { capacity: number; reservationTimeout: number; onChange: () => void }) {
    this.#slots = new Slots(options.capacity);
    this.#reservationTimeout = options.reservationTimeout;
    this.#onChange = options.onChange;
  }

  get capacity(): number {
    return this.#slots.capacity;
  }

  get load(): { running: number; reserved: number } {
    return { running: this.#slots.running, reserved: this.#slots.reserved };
  }

  get holds(): Hold[] {
    return [...this.#holds];
  }

  has(runner: string): boolean {
    return this.#slots.has(runner);
  }

  /** Names of the runners that hold a slot, other than by reservation. */
  get runners(): string[] {
    return this.#slots.runners;
  }

  /** Grants nothing to new runners, for this reason, until it is released. */
  hold(reason: Hold, on: boolean): void {
    if (on) this.#holds.add(reason);
    else this.#holds.delete(reason);
    this.#serve();
  }

  claim(runner: string): boolean {
    if (this.#holds.size > 0 && !this.#slots.has(runner)) return false;
    const result = this.#slots.claim(runner, Date.now() + this.#reservationTimeout);
    if (result !== 'full') this.#changed();
    return result !== 'full';
  }

  async occupy(runner: string, signal: AbortSignal): Promise<void> {
    await this.#wait(this.#runners, signal, () => this.#slots.occupy(runner));
    this.#changed();
  }

  /** Counts a container that stood already when this worker came. */
  adopt(runner: string): void {
    this.#slots.adopt(runner);
    this.#changed();
  }

  vacate(runner: string): void {
    if (!this.#slots.has(runner)) return;
    this.#slots.vacate(runner);
    this.#changed();
  }

  /** Waits for a permit to ask a queue for a claim. */
  permit(queue: string, signal: AbortSignal): Promise<void> {
    return this.#wait(this.#polls, signal, () => this.#slots.grant(queue, Date.now()));
  }

  usePermit(queue: string): void {
    this.#slots.use(queue);
    this.#serve();
  }

  returnPermit(queue: string, used: boolean): void {
    this.#slots.giveBack(queue, used);
    this.#serve();
  }

  /** Ends the timers. */
  close(): void {
    for (const timer of [this.#lapse, this.#recheck]) if (timer) clearTimeout(timer);
  }

  #wait(line: Set<Waiter>, signal: AbortSignal, attempt: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const give = () => {
        line.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        attempt,
        resolve: () => {
          line.delete(waiter);
          signal.removeEventListener('abort', give);
          resolve();
        },
      };
      signal.addEventListener('abort', give, { once: true });
      line.add(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    for (const waiter of this.#runners) if (waiter.attempt()) waiter.resolve();
    if (this.#runners.size > 0 || this.#holds.size > 0) return;
    for (const waiter of this.#polls) if (waiter.attempt()) waiter.resolve();
    // what another queue asks for in vain may be had once that queue turns out to be empty
    if (this.#recheck || this.#polls.size === 0 || this.#slots.taken >= this.capacity) return;
    this.#recheck = setTimeout(() => {
      this.#recheck = null;
      this.#serve();
    }, IDLE_AFTER);
  }

  #changed(): void {
    this.#serve();
    this.#arm();
    this.#onChange();
  }

  #arm(): void {
    if (this.#lapse) clearTimeout(this.#lapse);
    this.#lapse = null;
    const next = this.#slots.nextLapse();
    if (next === null) return;
    this.#lapse = setTimeout(
      () => {
        this.#slots.lapse(Date.now());
        this.#changed();
      },
      Math.max(0, next - Date.now()),
    );
  }
}
