import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../config/log.ts';
import type { Engine } from './engine.ts';
import { dockerMessage, isNotFound } from './errors.ts';
import { hostFilter } from './labels.ts';

/** How a container ended; `gone`: it was removed before its end was seen. */
export type ContainerEnd = { gone: true } | { gone: false; exitCode: number };

/** Waits for one container's end. */
export interface Watch {
  readonly ended: Promise<ContainerEnd>;
  /** The end, once it is known. */
  readonly end: ContainerEnd | null;
  /** Asks the engine how it stands now, for a container that may have ended before it was watched. */
  check(): Promise<void>;
  close(): void;
}

interface Watched {
  id: string;
  settle: (end: ContainerEnd) => void;
}

interface DockerEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
}

/** milliseconds */
const RECONNECT_AFTER = 250;

/**
 * Tells when containers of this host end, from one stream of the engine's events and without asking in
 * between. After each (re)connection every watched container is looked at once, so that an end during
 * the gap is not missed.
 */
export class ContainerEnds {
  readonly #engine: Engine;
  readonly #log: Logger;
  readonly #watched = new Map<string, Watched>();
  readonly #stopped = new AbortController();
  readonly #listeners = new Set<(connected: boolean) => void>();
  #connected = false;
  #losses = 0;

  constructor(engine: Engine, log: Logger) {
    this.#engine = engine;
    this.#log = log;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** How often the engine was out of reach: a stream that it didn't outlive may have been cut. */
  get losses(): number {
    return this.#losses;
  }

  /** Calls back at every loss of the engine and at every return, once ends missed have been told. */
  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the events until {@link stop}; answers once the first stream stands. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      const off = this.onConnection((connected) => {
        if (!connected) return;
        off();
        resolve();
      });
      void this.#follow();
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Watches a container from now on. Begin before its start, else `check()` it once. */
  watch(id: string): Watch {
    let settled: ContainerEnd | null = null;
    const watched: Watched = { id, settle: () => {} };
    const ended = new Promise<ContainerEnd>((resolve) => {
      watched.settle = (end) => {
        settled ??= end;
        this.#watched.delete(id);
        resolve(settled);
      };
    });
    this.#watched.set(id, watched);
    return {
      ended,
      get end() {
        return settled;
      },
      check: () => this.#look(watched),
      close: () => {
        if (this.#watched.get(id) === watched) this.#watched.delete(id);
      },
    };
  }

  async #follow(): Promise<void> {
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#stream();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (this.#stopped.signal.aborted) return;
        if (failures === 1 || failures % 40 === 0) {
          this.#log.warn(
            { error: dockerMessage(error) },
            "Docker's events can't be read; retrying",
          );
        }
      }
      if (this.#stopped.signal.aborted) return;
      this.#tell(false);
      await delay(RECONNECT_AFTER, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
  }

  async #stream(): Promise<void> {
    const events = (await this.#engine.streams.getEvents({
      filters: {
        type: ['container'],
        event: ['die', 'destroy'],
        label: hostFilter(this.#engine.hostId),
      },
    })) as Readable;
    const stop = () => events.destroy();
    this.#stopped.signal.addEventListener('abort', stop);
    try {
      const lines = createInterface({ input: events });
      lines.on('line', (line) => this.#handle(line));
      // it passes on its input's errors, which are seen below
      lines.on('error', () => {});
      const closed = new Promise<void>((resolve) => {
        events.once('close', resolve);
        events.once('error', () => resolve());
      });
      await Promise.race([
        closed,
        Promise.all([...this.#watched.values()].map((watched) => this.#look(watched))),
      ]);
      if (!events.destroyed) this.#tell(true);
      await closed;
    } finally {
      this.#stopped.signal.removeEventListener('abort', stop);
    }
  }

  #handle(line: string): void {
    const event = parseEvent(line);
    const watched = event && this.#watched.get(event.Actor.ID);
    if (!watched) return;
    const exitCode = Number(event.Actor.Attributes['exitCode']);
    watched.settle(event.Action === 'die' ? { gone: false, exitCode } : { gone: true });
  }

  async #look(watched: Watched): Promise<void> {
    try {
      const { State: state } = await this.#engine.docker.getContainer(watched.id).inspect();
      const over = state.Status === 'exited' || state.Status === 'dead';
      if (over) watched.settle({ gone: false, exitCode: state.ExitCode });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      watched.settle({ gone: true });
    }
  }

  #tell(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    if (!connected) this.#losses += 1;
    this.#log.info({ connected }, connected ? 'Docker is followed' : 'Docker is out of reach');
    for (const listener of this.#listeners) listener(connected);
  }
}

/** null for a line that was cut off with its connection: the look after the next one makes up for it. */
function parseEvent(line: string): DockerEvent | null {
  try {
    return JSON.parse(line) as DockerEvent;
  } catch {
    return null;
  }
}
