import pLimit from 'p-limit';
import type { Logger } from '../../config/log.ts';
import { isTemporalUnreachable, type Temporal } from '../temporal.ts';
import { handOver, type HandOverTarget } from './hand-over.ts';
import type { HandledMarker } from './handled-marker.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import type { TemporalReach } from './temporal-reach.ts';

/** Calls to Temporal that are under way at once: more only wait inside its server. */
const AT_ONCE = 16;
/** Beyond this the inbox is the better queue: it takes no memory. */
const MOST_WAITING = 2_000;
/** Milliseconds; Temporal that is merely slow in a burst shall not count as gone. */
const DEADLINE = 10_000;

/** The normal path: hands deliveries over as they come. What it can't, the dispatcher does later. */
export class ImmediateHandOver {
  readonly #temporal: Temporal;
  readonly #target: HandOverTarget;
  readonly #marker: HandledMarker;
  readonly #reach: TemporalReach;
  readonly #log: Logger;
  readonly #limit = pLimit(AT_ONCE);
  readonly #underWay = new Set<Promise<boolean>>();

  constructor(parts: {
    temporal: Temporal;
    target: HandOverTarget;
    marker: HandledMarker;
    reach: TemporalReach;
    log: Logger;
  }) {
    this.#temporal = parts.temporal;
    this.#target = parts.target;
    this.#marker = parts.marker;
    this.#reach = parts.reach;
    this.#log = parts.log;
  }

  /** True once Temporal knows of it, false when it is left to the dispatcher; never fails. */
  async submit(delivery: PendingDelivery): Promise<boolean> {
    if (!this.#reach.isUp || this.#limit.pendingCount >= MOST_WAITING) return false;
    const done = this.#limit(() => this.#handOver(delivery));
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** Waits for what is under way. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#marker.flush();
  }

  async #handOver(delivery: PendingDelivery): Promise<boolean> {
    try {
      await this.#temporal.within(DEADLINE, () => handOver(this.#target, delivery));
      this.#marker.add(delivery.id);
      return true;
    } catch (error) {
      if (isTemporalUnreachable(error)) this.#reach.isUp = false;
      this.#log.warn(
        { err: error, delivery_id: delivery.deliveryId },
        'A delivery waits in the inbox: it could not be handed over to Temporal',
      );
      return false;
    }
  }
}
