import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** A client that reads a stream of server-sent events, as a browser does. */
export class EventReader {
  readonly events: EventSourceMessage[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({ onEvent: (event) => this.events.push(event) });
  #taken = 0;
  isEnded = false;

  constructor(response: Response) {
    if (!response.body) throw new Error('The response has no body');
    this.#reader = response.body.getReader();
  }

  /** Reads on until an event is what's looked for; answers it. Events before it are skipped. */
  async next(isWanted: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage> {
    for (;;) {
      while (this.#taken < this.events.length) {
        const event = this.events[this.#taken];
        this.#taken += 1;
        if (event && isWanted(event)) return event;
      }
      const { done, value } = await this.#reader.read();
      if (done) {
        this.isEnded = true;
        throw new Error('The stream has ended');
      }
      this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    }
  }

  named(name: string): Promise<EventSourceMessage> {
    return this.next(({ event }) => event === name);
  }

  /** Reads to the end. */
  async rest(): Promise<EventSourceMessage[]> {
    const from = this.#taken;
    await this.next(() => false).catch(() => undefined);
    return this.events.slice(from);
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
