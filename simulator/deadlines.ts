/** Named timers, each set at most once at a time. They don't keep the process alive. */
export class Deadlines {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** Calls `act` at a moment (milliseconds since the epoch; in the past: soon). Replaces an earlier one. */
  set(name: string, at: number, act: () => void): void {
    this.clear(name);
    // A timer can't be longer than 2^31 milliseconds.
    const delay = Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1);
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, delay);
    timer.unref();
    this.#timers.set(name, timer);
  }

  clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clearAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
