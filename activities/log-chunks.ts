import type { Logger } from '../config/log.ts';
import type { Database } from '../prisma/client.ts';
import { untilRecorded } from './patience.ts';

/** bytes of one row, at most */
const CHUNK_BYTES = 64 * 1024;
/** milliseconds that output waits for more to come before it is written */
const CHUNK_DELAY = 250;
/** bytes that wait to be written before the source is made to wait as well */
const ROOM = 1024 * 1024;

/** How far a runner's log has come. */
export interface LogPosition {
  /** sequence of the last row; 0 before the first */
  sequence: number;
  bytes: number;
}

/** Reads how much of a runner's output is kept, for one whose worker was restarted. */
export async function readLogPosition(database: Database, runner: string): Promise<LogPosition> {
  const rows = await database.$queryRaw<LogPosition[]>`
    SELECT COALESCE(MAX(sequence), 0)::int AS sequence,
      COALESCE(SUM(octet_length(text)), 0)::int AS bytes
    FROM runner_log_chunks WHERE runner_name = ${runner}`;
  return rows[0] ?? { sequence: 0, bytes: 0 };
}

/** Writes a runner's log to the database: in order, in batches, each row once, however often it is tried. */
export class LogChunks {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #runner: string;
  #sequence: number;
  #pending: Buffer[] = [];
  #bytes = 0;
  #truncated = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #givenUp = false;

  constructor(database: Database, log: Logger, runner: string, sequence: number) {
    this.#database = database;
    this.#log = log;
    this.#runner = runner;
    this.#sequence = sequence;
  }

  /** Takes text; answers when there is room for more. It must not end within a character. */
  async append(text: Buffer): Promise<void> {
    if (text.length === 0 || this.#givenUp) return;
    this.#pending.push(text);
    this.#bytes += text.length;
    if (this.#bytes >= CHUNK_BYTES) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), CHUNK_DELAY);
    while (this.#bytes > ROOM) await this.#write();
  }

  /** More came than is kept: said with the next row. */
  truncate(): void {
    this.#truncated = true;
  }

  /** Answers once all that was taken is written, or given up after ten minutes without a database. */
  async flush(): Promise<void> {
    while (this.#bytes > 0) await this.#write();
  }

  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing ??= this.#writeBatch().finally(() => {
      this.#writing = null;
      if (this.#bytes > 0) void this.#write();
    });
    return this.#writing;
  }

  async #writeBatch(): Promise<void> {
    const batch = Buffer.concat(this.#pending);
    this.#pending = [];
    let rest = batch;
    try {
      while (rest.length > 0 && !this.#givenUp) {
        const chunk = takeBytes(rest, CHUNK_BYTES);
        rest = rest.subarray(chunk.length);
        await this.#insert(chunk.toString('utf8'));
        this.#bytes -= chunk.length;
      }
    } catch (error) {
      this.#givenUp = true;
      this.#log.error({ runner: this.#runner, error }, "The rest of a runner's output is lost");
    }
    if (this.#givenUp) {
      this.#pending = [];
      this.#bytes = 0;
    }
  }

  async #insert(text: string): Promise<void> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    await untilRecorded(
      'output',
      this.#log,
      () => this.#database.$executeRaw`
      WITH chunk AS (
        INSERT INTO runner_log_chunks (runner_name, sequence, text)
        VALUES (${this.#runner}, ${sequence}, ${text})
        ON CONFLICT DO NOTHING
        RETURNING octet_length(text) AS bytes)
      UPDATE runners SET log_bytes = log_bytes + chunk.bytes,
        log_truncated = log_truncated OR ${this.#truncated}
      FROM chunk WHERE name = ${this.#runner}`,
    );
  }
}

/** The beginning of UTF-8 text, of so many bytes at most and not cut within a character. */
export function takeBytes(text: Buffer, most: number): Buffer {
  if (text.length <= most) return text;
  let end = most;
  while (end > 0 && ((text[end] as number) & 0xc0) === 0x80) end -= 1;
  return text.subarray(0, end);
}
