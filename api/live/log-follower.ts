import { isTerminal, type JobStatus } from '../../domain/job-status.ts';
import type { Database } from '../../prisma/client.ts';
import { encodeEvent, EventStream, HEARTBEAT } from './event-stream.ts';
import type { Notifications } from './notifications.ts';

const CHUNKS_AT_ONCE = 200;
/** Also how long a missed notification delays output. Milliseconds. */
const LOOK_EVERY = 10_000;
/** A job is over, but nobody said that its runner is gone (its host died): then it ends so much later. */
const FAREWELL = 60_000;

export interface LogPosition {
  runner: string;
  sequence: number;
}

/** `17@ry-default-abc`: a job that is launched again goes on in another runner's log. */
export function parseLogPosition(text: string | undefined): LogPosition | null {
  const [, sequence, runner] = /^(\d{1,9})@(.{1,200})$/.exec(text ?? '') ?? [];
  return sequence === undefined || runner === undefined
    ? null
    : { runner, sequence: Number(sequence) };
}

/** One client that follows the log of a job, whichever runner it is on. */
export class LogFollower {
  readonly stream: EventStream;
  readonly #database: Database;
  readonly #jobId: string;
  readonly #unsubscribe: (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #position: LogPosition | null;
  /** More is there than the client has read room for. */
  #isBehind = false;
  #looking = false;
  #lookAgain = false;

  constructor(parts: {
    database: Database;
    notifications: Notifications;
    jobId: string;
    after: LogPosition | null;
    /** End of the session that follows. */
    expiresAt: Date | undefined;
  }) {
    const { database, notifications, jobId, after, expiresAt } = parts;
    this.#database = database;
    this.#jobId = jobId;
    this.#position = after;
    this.stream = new EventStream(
      () => this.#end(),
      () => {
        if (this.#isBehind && this.stream.hasRoom) void this.look();
      },
    );
    this.#unsubscribe = [
      notifications.on('runyard_logs', (runner) => {
        if (runner === this.#position?.runner) void this.look();
      }),
      notifications.on('runyard_changes', (change) => {
        if (change === `job ${jobId}`) void this.look();
      }),
      notifications.onGap(() => void this.look()),
      notifications.onEnd(() => this.stream.close()),
    ];
    this.#timer = setInterval(() => {
      if (expiresAt && expiresAt.getTime() <= Date.now()) return this.stream.close();
      this.stream.send(HEARTBEAT);
      void this.look();
    }, LOOK_EVERY);
    this.#timer.unref();
  }

  /** Sends what there is; calls during a look are made up for after it. Never fails. */
  async look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        await this.#look();
      } while (this.#lookAgain && this.stream.isOpen);
    } catch {
      // The client comes back with its position, and then meets an answer that says what's wrong.
      this.stream.close();
    } finally {
      this.#looking = false;
    }
  }

  async #look(): Promise<void> {
    // Read before the output, so that nothing written in between is taken for the end.
    const isOver = await this.#isOver();
    while (this.#position && this.stream.isOpen) {
      this.#isBehind = !this.stream.hasRoom;
      if (this.#isBehind) return;
      const { runner, sequence } = this.#position;
      const chunks = await this.#database.runnerLogChunk.findMany({
        where: { runnerName: runner, sequence: { gt: sequence } },
        orderBy: { sequence: 'asc' },
        take: CHUNKS_AT_ONCE,
      });
      for (const chunk of chunks) {
        this.stream.send(
          encodeEvent({
            event: 'log',
            id: `${chunk.sequence}@${runner}`,
            data: JSON.stringify({ text: chunk.text, at: chunk.at.toISOString() }),
          }),
        );
        this.#position = { runner, sequence: chunk.sequence };
      }
      if (chunks.length < CHUNKS_AT_ONCE) break;
    }
    if (isOver) {
      this.stream.send(encodeEvent({ event: 'end', data: '{}' }));
      this.stream.close();
    }
  }

  /** Also notices that the job is on another runner now. */
  async #isOver(): Promise<boolean> {
    const job = await this.#database.job.findUnique({ where: { id: this.#jobId } });
    if (!job) return true;
    if (job.runnerName && job.runnerName !== this.#position?.runner) {
      this.#position = { runner: job.runnerName, sequence: -1 };
      const data = JSON.stringify({ name: job.runnerName });
      this.stream.send(encodeEvent({ event: 'runner', data }));
    }
    if (!isTerminal(job.status as JobStatus)) return false;
    const runner = job.runnerName
      ? await this.#database.runner.findUnique({ where: { name: job.runnerName } })
      : null;
    const isGone = !runner || runner.removedAt !== null || job.removedAt !== null;
    return isGone || Date.now() - (job.settledAt?.getTime() ?? 0) > FAREWELL;
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }
}
