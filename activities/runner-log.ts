import type { Logger } from '../config/log.ts';
import { Redactor } from '../domain/redaction.ts';
import type { Database } from '../prisma/client.ts';
import type { OutputPiece } from './docker/demultiplex.ts';
import { LogChunks, type LogPosition, takeBytes } from './log-chunks.ts';

/** Bytes of UTF-8 to text, secrets taken out; one for each of the two streams. */
class OutputFilter {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #redactor: Redactor;

  constructor(secrets: readonly string[]) {
    this.#redactor = new Redactor(secrets);
  }

  push(bytes: Buffer): string {
    return this.#redactor.push(storable(this.#decoder.decode(bytes, { stream: true })));
  }

  end(): string {
    return this.#redactor.push(storable(this.#decoder.decode())) + this.#redactor.end();
  }
}

/** PostgreSQL's text can't hold a NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

export interface RunnerLogOptions {
  database: Database;
  log: Logger;
  runnerName: string;
  secrets: readonly string[];
  /** The most bytes of output that are kept. */
  limit: number;
  /** What is kept already, where an earlier worker followed the runner. */
  position: LogPosition;
}

/**
 * Keeps a runner's output: both streams in the order in which they come, without its secrets, as far as
 * the limit goes. Colours and other terminal codes stay as they are.
 */
export class RunnerLog {
  readonly #chunks: LogChunks;
  readonly #secrets: readonly string[];
  readonly #limit: number;
  #filters: Record<1 | 2, OutputFilter>;
  /** bytes of output taken so far, and how many of those that come next were taken before */
  #taken: number;
  #skip: number;

  constructor(options: RunnerLogOptions) {
    const { database, log, runnerName, secrets, limit, position } = options;
    this.#chunks = new LogChunks(database, log, runnerName, position.sequence);
    this.#secrets = secrets;
    this.#limit = limit;
    this.#taken = position.bytes;
    this.#skip = position.bytes;
    this.#filters = this.#newFilters();
  }

  /** Nothing more will be kept, so nothing more need be read. */
  get full(): boolean {
    return this.#taken > this.#limit;
  }

  /** Takes output; answers when there is room for more. */
  async write({ stream, bytes }: OutputPiece): Promise<void> {
    await this.#keep(this.#filters[stream].push(bytes));
  }

  /**
   * The output begins again from its first byte, out of what Docker keeps: what was taken is passed
   * over. What was held back as the possible beginning of a secret comes again, so it isn't shown now.
   */
  restart(): void {
    this.#filters = this.#newFilters();
    this.#skip = this.#taken;
  }

  /** The output is over; answers once all of it is kept. */
  async close(): Promise<void> {
    await this.#keep(this.#filters[1].end() + this.#filters[2].end());
    await this.#chunks.flush();
  }

  #newFilters(): Record<1 | 2, OutputFilter> {
    return { 1: new OutputFilter(this.#secrets), 2: new OutputFilter(this.#secrets) };
  }

  async #keep(text: string): Promise<void> {
    if (text === '' || this.full) return;
    const all = Buffer.from(text, 'utf8');
    const fresh = all.subarray(this.#skip);
    this.#skip -= all.length - fresh.length;
    const kept = takeBytes(fresh, this.#limit - this.#taken);
    this.#taken += kept.length;
    if (kept.length === fresh.length) return this.#chunks.append(kept);
    const note = Buffer.from(`\n[output beyond ${this.#limit} bytes is not kept]\n`);
    // beyond the limit: so a worker that takes over knows that the log is full
    this.#taken = this.#limit + 1;
    this.#chunks.truncate();
    await this.#chunks.append(Buffer.concat([kept, note]));
  }
}
