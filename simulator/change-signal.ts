interface Waiter {
  holds: () => boolean;
  settle: (held: boolean) => void;
}

/** Lets callers wait for a condition on the state without asking again and again. */
export class ChangeSignal {
  readonly #waiters = new Set<Waiter>();

  /** Looks at every waited-for condition again. Call it after a change. */
  notify(): void {
    for (const waiter of this.#waiters) if (waiter.holds()) waiter.settle(true);
  }

  /** True as soon as the condition holds, false when that took longer than `timeout` (milliseconds). */
  async until(holds: () => boolean, timeout: number, signal?: AbortSignal): Promise<boolean> {
    if (holds()) return true;
    return new Promise((resolve) => {
      const waiter: Waiter = {
        holds,
        settle: (held) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(held);
        },
      };
      const giveUp = () => waiter.settle(false);
      const timer = setTimeout(giveUp, timeout);
      signal?.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
    });
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of this.#waiters) waiter.settle(false);
  }
}
