import type { Host } from '../../api/schemas/host.ts';
import type { Job } from '../../api/schemas/job.ts';

/** One change that the server told. */
export type LiveEvent = { kind: 'job'; value: Job } | { kind: 'host'; value: Host };

const KEPT = 2000;

/** The latest live events, so that an answer which was under way while they came doesn't undo them. */
export class LiveFeed {
  #recent: LiveEvent[] = [];
  #count = 0;

  publish(event: LiveEvent): void {
    this.#count += 1;
    this.#recent.push(event);
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  /** Loads something, and applies to it whatever was told since the request was sent. */
  async during<T>(load: () => Promise<T>, apply: (value: T, event: LiveEvent) => T): Promise<T> {
    const before = this.#count;
    const loaded = await load();
    const missed = Math.min(this.#count - before, this.#recent.length);
    return this.#recent.slice(this.#recent.length - missed).reduce(apply, loaded);
  }
}
