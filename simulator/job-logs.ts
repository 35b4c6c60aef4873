/** Most that is kept of one job's log, and of how many jobs; the rest is for the container's own log. */
const MOST_BYTES = 256 * 1024;
const MOST_JOBS = 500;

/** What runners sent of their jobs' output. In memory only. */
export class JobLogs {
  readonly #logs = new Map<number, { chunks: Buffer[]; bytes: number }>();

  append(jobId: number, chunk: Buffer): void {
    const log = this.#logs.get(jobId) ?? { chunks: [], bytes: 0 };
    this.#logs.set(jobId, log);
    if (log.bytes >= MOST_BYTES) return;
    log.chunks.push(chunk.subarray(0, MOST_BYTES - log.bytes));
    log.bytes += chunk.length;
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > MOST_JOBS && oldest !== undefined) this.#logs.delete(oldest);
  }

  read(jobId: number): string {
    return Buffer.concat(this.#logs.get(jobId)?.chunks ?? []).toString('utf8');
  }
}
