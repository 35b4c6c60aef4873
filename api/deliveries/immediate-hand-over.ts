import pLimit from 'p-limit';
import type { Logger } from '../../config/log.ts';
import { isTemporalUnreachable, type Temporal } from '../temporal.ts';
import { handOver, type HandOverTarget, mayWait } from './hand-over.ts';
import type { HandledMarker } from './handled-marker.ts';
import { HeldWords } from './held-words.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import type { TemporalReach } from './temporal-reach.ts';

/** Calls to Temporal that are under way at once: more only wait inside its server. */
const AT_ONCE = 16;
/** And while webhooks crowd in: GitHub waits for its answers, the workflows' starts can wait. */
const AT_ONCE_IN_A_CROWD = 2;
/** Webhooks being taken in at once that are a crowd. */
const CROWD = 8;
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
  readonly #underWay = new Set<Promise<void>>();
  readonly #held = new HeldWords((last, all) => this.#begin(last, all));
  #comingIn = 0;

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

  /** Hands over soon, or leaves it to the dispatcher; never fails, and nothing need be waited for. */
  submit(delivery: PendingDelivery): void {
    if (mayWait(delivery)) this.#held.hold(delivery);
    else this.#begin(delivery, [delivery]);
  }

  /** Takes a webhook in; while many are, what was handed in before goes on more slowly. */
  async whileComingIn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#comingIn += 1;
    this.#pace();
    try {
      return await work();
    } finally {
      this.#comingIn -= 1;
      this.#pace();
    }
  }

  /** More waits than can be handed over at once. */
  get isCrowded(): boolean {
    return this.#limit.pendingCount > 0;
  }

  /** Hands over what is held, and waits for all that is under way. */
  async finish(): Promise<void> {
    this.#held.flush();
    await Promise.all(this.#underWay);
    await this.#marker.flush();
  }

  #pace(): void {
    const pace = this.#comingIn > CROWD ? AT_ONCE_IN_A_CROWD : AT_ONCE;
    if (this.#limit.concurrency !== pace) this.#limit.concurrency = pace;
  }

  #begin(delivery: PendingDelivery, all: readonly PendingDelivery[]): void {
    if (!this.#reach.isUp || this.#limit.pendingCount >= MOST_WAITING) return;
    const done = this.#limit(() => this.#handOver(delivery, all)).finally(() =>
      this.#underWay.delete(done),
    );
    this.#underWay.add(done);
  }

  async #handOver(delivery: PendingDelivery, all: readonly PendingDelivery[]): Promise<void> {
    try {
      await this.#temporal.within(DEADLINE, () => handOver(this.#target, delivery));
      for (const { id } of all) this.#marker.add(id);
    } catch (error) {
      if (isTemporalUnreachable(error)) this.#reach.isUp = false;
      this.#log.warn(
        { err: error, delivery_id: delivery.deliveryId },
        'A delivery waits in the inbox: it could not be handed over to Temporal',
      );
    }
  }
}
