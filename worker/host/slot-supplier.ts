import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
  SlotReserveContext,
} from '@temporalio/worker';
import type { SlotBook } from './slot-book.ts';

class Permit implements SlotPermit {
  used = false;
}

/**
 * Lets one worker poll its pool's queue only while the host has room: the slots are the host's, shared
 * by the workers of all its pools.
 */
export class PoolSlotSupplier implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  readonly #book: SlotBook;
  readonly #queue: string;
  readonly #out = new Set<Permit>();

  constructor(book: SlotBook, queue: string) {
    this.#book = book;
    this.#queue = queue;
  }

  async reserveSlot(_: SlotReserveContext, signal: AbortSignal): Promise<SlotPermit> {
    await this.#book.permit(this.#queue, signal);
    const permit = new Permit();
    this.#out.add(permit);
    // The SDK aborts only what has not reached it: a permit that crossed its abort is lost to it.
    signal.addEventListener('abort', () => this.#giveBack(permit), { once: true });
    return permit;
  }

  /** Only for tasks that a workflow's own worker gets at once, and no workflow runs here. */
  tryReserveSlot(): null {
    return null;
  }

  markSlotUsed({ permit }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    if (!(permit instanceof Permit) || permit.used || !this.#out.has(permit)) return;
    permit.used = true;
    this.#book.usePermit(this.#queue);
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    if (permit instanceof Permit) this.#giveBack(permit);
  }

  /** Gives back what a worker that has ended never released. */
  close(): void {
    for (const permit of this.#out) this.#giveBack(permit);
  }

  #giveBack(permit: Permit): void {
    if (this.#out.delete(permit)) this.#book.returnPermit(this.#queue, permit.used);
  }
}
