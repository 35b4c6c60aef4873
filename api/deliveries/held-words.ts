import type { PendingDelivery } from './pending-delivery.ts';

/** Milliseconds; below the dispatcher's patience, which would else hand over what is only held. */
const HOLD = 2_000;

interface HeldJob {
  deliveries: PendingDelivery[];
  timer: NodeJS.Timeout;
}

/**
 * Keeps back, for a moment, words that may wait. What comes of one job meanwhile goes as one: its last
 * word says all, and a short job's workflow is woken by nothing but its container's end. The inbox
 * holds them all the while.
 */
export class HeldWords {
  readonly #release: (last: PendingDelivery, all: readonly PendingDelivery[]) => void;
  readonly #held = new Map<string, HeldJob>();

  /** @param release - called with the job's last word, and with every delivery that it stands for */
  constructor(release: (last: PendingDelivery, all: readonly PendingDelivery[]) => void) {
    this.#release = release;
  }

  hold(delivery: PendingDelivery): void {
    const { id } = delivery.job.input;
    const held = this.#held.get(id);
    if (held) {
      held.deliveries.push(delivery);
    } else {
      const timer = setTimeout(() => this.#let(id), HOLD);
      this.#held.set(id, { deliveries: [delivery], timer });
    }
  }

  /** Releases everything now. */
  flush(): void {
    for (const id of this.#held.keys()) this.#let(id);
  }

  #let(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    clearTimeout(held.timer);
    this.#held.delete(id);
    const { deliveries } = held;
    const last = deliveries.find(({ action }) => action === 'completed') ?? deliveries[0];
    if (last) this.#release(last, deliveries);
  }
}
