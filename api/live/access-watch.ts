import type { Logger } from '../../config/log.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Context } from 'hono';
import type { ApiEnvironment } from '../environment.ts';
import type { Notifications } from './notifications.ts';

/** Milliseconds; what nobody tells of (a token that lapses) is found out so late. */
const LOOK_EVERY = 15_000;

/** Who somebody is by now; null once they may see nothing any more. */
export type Recheck = () => Promise<Principal | null>;

/** How a request's stream finds out later who it serves. */
export function recheckOf(context: Context<ApiEnvironment>): Recheck {
  return context.get('recheck') ?? (() => Promise.resolve(null));
}

interface Watched {
  recheck: Recheck;
  /** Also called when nothing has changed. */
  onLook: (principal: Principal | null) => void;
}

/**
 * Streams outlive what they were opened with: a session ends, somebody leaves a team. This looks
 * again whenever the database tells of such a change, and now and then.
 */
export class AccessWatch {
  readonly #log: Logger;
  readonly #watched = new Set<Watched>();
  readonly #unsubscribe: (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #lookAgain = false;

  constructor(notifications: Notifications, log: Logger) {
    this.#log = log;
    const look = () => void this.#look();
    this.#unsubscribe = [
      notifications.on('runyard_access', look),
      notifications.onGap(look),
      notifications.onEnd(() => this.close()),
    ];
    this.#timer = setInterval(look, LOOK_EVERY);
    this.#timer.unref();
  }

  /** Answers a function that ends the watch. */
  watch(recheck: Recheck, onLook: Watched['onLook']): () => void {
    const watched = { recheck, onLook };
    this.#watched.add(watched);
    return () => this.#watched.delete(watched);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#watched.clear();
  }

  /** One after the other: many streams must not keep the database from everybody else. */
  async #look(): Promise<void> {
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#lookAgain) {
      this.#lookAgain = false;
      for (const watched of this.#watched) await this.#lookAt(watched);
    }
    this.#looking = false;
  }

  async #lookAt({ recheck, onLook }: Watched): Promise<void> {
    try {
      onLook(await recheck());
    } catch (error) {
      // With the database away there's nothing to send either.
      this.#log.debug({ err: error }, 'It could not be found out whether a stream may go on');
    }
  }
}
