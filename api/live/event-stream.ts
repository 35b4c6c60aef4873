/** Bytes that may wait for a client that reads slowly; then it's cut off, and may come back. */
const MOST_BEHIND = 4 * 1024 * 1024;

const encoder = new TextEncoder();

/** A message of a stream of server-sent events; encoded once, whoever many get it. */
export function encodeEvent(message: { event: string; data: string; id?: string }): Uint8Array {
  const id = message.id === undefined ? '' : `id: ${message.id}\n`;
  const data = message.data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');
  return encoder.encode(`event: ${message.event}\n${id}${data}\n`);
}

/** Keeps proxies from ending a quiet connection. */
export const HEARTBEAT = encoder.encode(': alive\n\n');

/** One client's stream. */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly #onClose: () => void;

  /**
   * @param onClose - called once, whichever side ends the stream
   * @param onRead - called when the client has read something
   */
  constructor(onClose: () => void, onRead?: () => void) {
    this.#onClose = onClose;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => onRead?.(),
        cancel: () => this.#forget(),
      },
      { highWaterMark: MOST_BEHIND, size: (chunk) => chunk.byteLength },
    );
  }

  get isOpen(): boolean {
    return this.#controller !== null;
  }

  /** False where the client is so far behind that this should wait. */
  get hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > MOST_BEHIND / 2;
  }

  send(chunk: Uint8Array): void {
    if (!this.#controller) return;
    if ((this.#controller.desiredSize ?? 0) < chunk.byteLength) this.close();
    else this.#controller.enqueue(chunk);
  }

  close(): void {
    const controller = this.#controller;
    if (!controller) return;
    this.#forget();
    controller.close();
  }

  #forget(): void {
    if (!this.#controller) return;
    this.#controller = null;
    this.#onClose();
  }
}

/** Headers of a stream; proxies must neither keep nor collect it. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
