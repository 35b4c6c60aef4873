import { isTerminal, type JobStatus } from '../../domain/job-status.ts';
import type { Database } from '../../prisma/client.ts';
import { runnerOfJob } from '../jobs/runner-of-job.ts';
import { jobsInScope, type Scope } from '../scope.ts';
import type { AccessWatch, Recheck } from './access-watch.ts';
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
  #scope: Scope;
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
    access: AccessWatch;
    scope: Scope;
    recheck: Recheck;
  }) {
    const { database, notifications, jobId, after, expiresAt, access, scope, recheck } = parts;
    this.#database = database;
    this.#jobId = jobId;
    this.#position = after;
    this.#scope = scope;
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
      access.watch(recheck, (principal) => {
        if (!principal) return this.stream.close();
        this.#scope = principal;
        void this.look();
      }),
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
    const scope = this.#scope;
    const where = { id: this.#jobId, ...jobsInScope(scope) };
    const job = await this.#database.job.findFirst({ where });
    if (!job) {
      this.#position = null;
      return true;
    }
    const runner = await runnerOfJob(this.#database, job, scope);
    // What was asked for by its name may be another job's.
    if (!runner) this.#position = null;
    else if (runner.name !== this.#position?.runner) {
      this.#position = { runner: runner.name, sequence: -1 };
      const data = JSON.stringify({ name: runner.name });
      this.stream.send(encodeEvent({ event: 'runner', data }));
    }
    if (!isTerminal(job.status as JobStatus)) return false;
    const record = runner?.record;
    const isGone = !record || record.removedAt !== null || job.removedAt !== null;
    return isGone || Date.now() - (job.settledAt?.getTime() ?? 0) > FAREWELL;
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }
}
