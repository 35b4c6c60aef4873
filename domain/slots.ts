/** What became of a claim. `held`: the runner has its slot already, nothing changed. */
export type ClaimResult = 'reserved' | 'held' | 'full';

/**
 * milliseconds after which an unused permit tells that its queue is empty: a waiting task would have
 * come by then
 */
export const IDLE_AFTER = 250;

/**
 * The account of one host's slots, shared by all the pools that it serves. No clock, no waiting: see
 * the slot book of the host worker for those.
 *
 * A slot is *taken* by a reservation (claimed, no container yet) or by a runner (from the use of its
 * reservation to the removal of its container): never more than `capacity`, except where containers
 * that stood already were adopted.
 *
 * A *permit* lets a worker ask a pool's queue for one claim. One is granted only while permits and
 * taken slots together are fewer than `capacity`, and a queue holds at most one that is unused. So with
 * one pool, permits + taken ≤ capacity at all times. With several, a permit that has found its queue
 * empty does not count for the other queues: else the long polls of idle pools would keep slots from a
 * busy one. If tasks then come to both, `claim` decides who gets the slot.
 */
export class Slots {
  readonly capacity: number;
  readonly #reservations = new Map<string, number>();
  readonly #runners = new Set<string>();
  /** When each queue's unused permit was granted. */
  readonly #unused = new Map<string, number>();
  /** Permits whose claim is under way, and how many of those are reservations by now. */
  #used = 0;
  #converted = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get reserved(): number {
    return this.#reservations.size;
  }

  get running(): number {
    return this.#runners.size;
  }

  get taken(): number {
    return this.reserved + this.running;
  }

  /** Permits that are out and have not become a reservation. */
  get permits(): number {
    return this.#unused.size + this.#claiming;
  }

  get #claiming(): number {
    return Math.max(0, this.#used - this.#converted);
  }

  /** Names of the runners whose slot is in use. */
  get runners(): string[] {
    return [...this.#runners];
  }

  /** Whether the runner has a slot, reserved or in use. */
  has(runner: string): boolean {
    return this.#runners.has(runner) || this.#reservations.has(runner);
  }

  /** Grants a permit to a queue, or answers false. */
  grant(queue: string, now: number): boolean {
    if (this.#unused.has(queue)) return false;
    const asking = [...this.#unused.values()].filter((at) => now - at < IDLE_AFTER).length;
    if (this.taken + this.#claiming + asking >= this.capacity) return false;
    this.#unused.set(queue, now);
    return true;
  }

  /** A permit got its task: a claim is under way. */
  use(queue: string): void {
    this.#unused.delete(queue);
    this.#used += 1;
  }

  /** A permit is over. */
  giveBack(queue: string, used: boolean): void {
    if (!used) {
      this.#unused.delete(queue);
      return;
    }
    this.#used -= 1;
    // Permits are alike: whichever used one ends first, one conversion less is outstanding.
    if (this.#converted > 0) this.#converted -= 1;
  }

  /** Turns the permit of a claim under way into a reservation; a repeated claim only prolongs it. */
  claim(runner: string, lapsesAt: number): ClaimResult {
    if (this.#runners.has(runner)) return 'held';
    if (this.#reservations.has(runner)) {
      this.#reservations.set(runner, lapsesAt);
      return 'held';
    }
    if (this.taken >= this.capacity) return 'full';
    this.#reservations.set(runner, lapsesAt);
    this.#converted += 1;
    return 'reserved';
  }

  /** Gives a runner its slot: its reservation, or a free one. False: there is none, it must wait. */
  occupy(runner: string): boolean {
    if (this.#runners.has(runner)) return true;
    if (!this.#reservations.delete(runner) && this.taken >= this.capacity) return false;
    this.#runners.add(runner);
    return true;
  }

  /** Counts a container that stands already, whether there is room for it or not. */
  adopt(runner: string): void {
    this.#reservations.delete(runner);
    this.#runners.add(runner);
  }

  /** Gives back whatever the runner holds. */
  vacate(runner: string): void {
    this.#reservations.delete(runner);
    this.#runners.delete(runner);
  }

  /** Ends the reservations whose time has come, and names them. */
  lapse(now: number): string[] {
    const lapsed = [...this.#reservations].filter(([, at]) => at <= now).map(([runner]) => runner);
    for (const runner of lapsed) this.#reservations.delete(runner);
    return lapsed;
  }

  /** When the next reservation lapses; null without one. */
  nextLapse(): number | null {
    return this.#reservations.size === 0 ? null : Math.min(...this.#reservations.values());
  }
}
