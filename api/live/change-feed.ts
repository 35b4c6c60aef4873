import type { Logger } from '../../config/log.ts';
import type { Database } from '../../prisma/client.ts';
import { EVERYTHING, isEverything, isJobInScope, jobsInScope, type Scope } from '../scope.ts';
import { toHost } from '../views/host-view.ts';
import { toJob } from '../views/job-view.ts';
import type { AccessWatch, Recheck } from './access-watch.ts';
import { encodeEvent, EventStream, HEARTBEAT } from './event-stream.ts';
import type { Notifications } from './notifications.ts';

export type Topic = 'jobs' | 'hosts';

/** Milliseconds that changes are collected, so that a burst is read in few statements. */
const COLLECT = 40;
const HEARTBEAT_EVERY = 15_000;
/** Revisions are taken before their transactions commit: so many may still appear behind the last. */
const MARGIN = 200;
/** Milliseconds that what was read for one client serves the next ones, too. */
const SHARED_FOR = 1_000;
/** Rows that a client that comes back is sent; it has been away too long for more to be of use. */
const MOST_MISSED = 2_000;

interface Change {
  topic: Topic;
  revision: bigint;
  /** of a job */
  team: string | null;
  chunk: Uint8Array;
}

interface Subscriber {
  stream: EventStream;
  topics: ReadonlySet<Topic>;
  expiresAt: Date | undefined;
  /** What this client may see at the moment. */
  scope: Scope;
}

export interface Subscription {
  topics: readonly Topic[];
  after: bigint | undefined;
  expiresAt: Date | undefined;
  scope: Scope;
  recheck: Recheck;
}

export interface ChangeFeedParts {
  database: Database;
  notifications: Notifications;
  access: AccessWatch;
  log: Logger;
  /** Milliseconds of silence after which a host counts as lost. */
  hostSilence: number;
}

/** Sends every change of a job or host to every client that may see it; each is read once for all. */
export class ChangeFeed {
  readonly #parts: ChangeFeedParts;
  readonly #subscribers = new Set<Subscriber>();
  readonly #changed: Record<Topic, Set<string>> = { jobs: new Set(), hosts: new Set() };
  readonly #unsubscribe: (() => void)[];
  readonly #heartbeat: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #lastSent = 0n;
  #opening = 0;
  #revision = 0n;
  #revisionReadAt = -Infinity;
  /** Forgotten as soon as something newer was sent: a client that comes then would miss that. */
  #missed: { key: string; changes: Change[]; readAt: number } | null = null;
  #closed = false;

  constructor(parts: ChangeFeedParts) {
    this.#parts = parts;
    this.#unsubscribe = [
      parts.notifications.on('runyard_changes', (payload) => this.#notice(payload)),
      parts.notifications.onEnd(() => this.close()),
      parts.notifications.onGap(() => this.#enqueue(() => this.#sendMissedToAll())),
    ];
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_EVERY);
    this.#heartbeat.unref();
  }

  /**
   * A stream of changes, from `after` on where a client comes back. It begins with `ready`, whose id
   * is where the client may go on from.
   */
  async subscribe(options: Subscription): Promise<EventStream> {
    // Queued behind what is being sent: what changes from here on comes after the stream is open.
    this.#opening += 1;
    const opened = this.#sending.then(() => this.#open(options));
    this.#sending = opened.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await opened;
    } finally {
      this.#opening -= 1;
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const { stream } of this.#subscribers) stream.close();
  }

  #notice(payload: string): void {
    if (this.#subscribers.size === 0 && this.#opening === 0) return;
    const [kind, id] = split(payload);
    if (kind === 'job') this.#changed.jobs.add(id);
    else if (kind === 'host') this.#changed.hosts.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#enqueue(() => this.#sendChanged());
    }, COLLECT);
  }

  async #open(options: Subscription): Promise<EventStream> {
    const { topics, after, expiresAt, scope, recheck } = options;
    const from = after ?? (await this.#currentRevision());
    const missed = after === undefined ? [] : await this.#readMissed(topics, after, scope);
    const subscriber: Subscriber = {
      stream: new EventStream(() => {
        unwatch();
        this.#subscribers.delete(subscriber);
      }),
      topics: new Set(topics),
      expiresAt,
      scope,
    };
    const unwatch = this.#parts.access.watch(recheck, (principal) => {
      if (principal) subscriber.scope = principal;
      else subscriber.stream.close();
    });
    const ready = encodeEvent({ event: 'ready', data: '{}', id: String(from) });
    subscriber.stream.send(ready);
    for (const one of missed) send(subscriber, one);
    if (this.#closed) subscriber.stream.close();
    else if (subscriber.stream.isOpen) this.#subscribers.add(subscriber);
    return subscriber.stream;
  }

  /** One read after the other, so that states are never sent in the wrong order. */
  #enqueue(work: () => Promise<void>): void {
    this.#sending = this.#sending.then(work).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'Changes could not be read; clients get them later');
    });
  }

  async #sendChanged(): Promise<void> {
    const jobs = [...this.#changed.jobs];
    const hosts = [...this.#changed.hosts];
    this.#changed.jobs.clear();
    this.#changed.hosts.clear();
    this.#broadcast(await this.#read(['jobs', 'hosts'], { jobs, hosts }));
  }

  async #sendMissedToAll(): Promise<void> {
    if (this.#subscribers.size === 0) return;
    this.#broadcast(
      await this.#read(['jobs', 'hosts'], { after: this.#lastSent - BigInt(MARGIN) }),
    );
  }

  #broadcast(changes: readonly Change[]): void {
    this.#missed = null;
    for (const one of changes) {
      if (one.revision > this.#lastSent) this.#lastSent = one.revision;
      for (const subscriber of this.#subscribers) send(subscriber, one);
    }
  }

  /** May be a second old: who goes on from an older revision misses nothing. */
  async #currentRevision(): Promise<bigint> {
    if (performance.now() - this.#revisionReadAt < SHARED_FOR) return this.#revision;
    const rows = await this.#parts.database.$queryRaw<{ last: bigint }[]>`
      SELECT last_value AS last FROM revisions`;
    this.#revision = rows[0]?.last ?? 0n;
    this.#revisionReadAt = performance.now();
    if (this.#lastSent === 0n) this.#lastSent = this.#revision;
    return this.#revision;
  }

  /** After a restart every client comes back at once, and most of them from the same place. */
  async #readMissed(topics: readonly Topic[], after: bigint, scope: Scope): Promise<Change[]> {
    const seen = isEverything(scope) ? 'all' : JSON.stringify(scope.teams);
    const key = `${topics.toSorted().join()} ${after} ${seen}`;
    const known = this.#missed;
    if (known?.key === key && performance.now() - known.readAt < SHARED_FOR) return known.changes;
    const changes = await this.#read(topics, { after: after - BigInt(MARGIN) }, scope);
    this.#missed = { key, changes, readAt: performance.now() };
    return changes;
  }

  async #read(
    topics: readonly Topic[],
    which: { after: bigint } | { jobs: string[]; hosts: string[] },
    scope: Scope = EVERYTHING,
  ): Promise<Change[]> {
    const { database, hostSilence } = this.#parts;
    const since = 'after' in which ? { revision: { gt: which.after } } : null;
    const options = { orderBy: { revision: 'desc' }, take: MOST_MISSED } as const;
    const [jobs, hosts] = await Promise.all([
      topics.includes('jobs') && (since || ('jobs' in which && which.jobs.length > 0))
        ? database.job.findMany({
            where: {
              ...(since ?? { id: { in: 'jobs' in which ? which.jobs : [] } }),
              ...jobsInScope(scope),
            },
            ...options,
          })
        : [],
      topics.includes('hosts') && (since || ('hosts' in which && which.hosts.length > 0))
        ? database.host.findMany({
            where: since ?? { id: { in: 'hosts' in which ? which.hosts : [] } },
            ...options,
          })
        : [],
    ]);
    const now = new Date();
    const changes = [
      ...jobs.map((row) => change('jobs', 'job', row, toJob(row))),
      ...hosts.map((row) => change('hosts', 'host', row, toHost(row, now, hostSilence))),
    ];
    return changes.toSorted((a, b) => (a.revision < b.revision ? -1 : 1));
  }

  #beat(): void {
    const now = Date.now();
    for (const { stream, expiresAt } of this.#subscribers) {
      if (expiresAt && expiresAt.getTime() <= now) stream.close();
      else stream.send(HEARTBEAT);
    }
    if (this.#subscribers.size > 0) this.#enqueue(() => this.#sendSilentHosts());
  }

  /** A host that falls silent changes nothing in its record, so nothing is notified. */
  async #sendSilentHosts(): Promise<void> {
    const { database, hostSilence } = this.#parts;
    const lost = Date.now() - hostSilence;
    const rows = await database.host.findMany({
      where: { heartbeatAt: { lt: new Date(lost), gt: new Date(lost - 2 * HEARTBEAT_EVERY) } },
    });
    const now = new Date();
    this.#broadcast(rows.map((row) => change('hosts', 'host', row, toHost(row, now, hostSilence))));
  }
}

/** The one place where a change leaves this process: nobody is sent what they may not see. */
function send({ stream, topics, scope }: Subscriber, { topic, team, chunk }: Change): void {
  if (!topics.has(topic)) return;
  if (topic === 'jobs' ? isJobInScope(scope, { team }) : isEverything(scope)) stream.send(chunk);
}

function change(
  topic: Topic,
  event: string,
  row: { revision: bigint; team?: string | null },
  data: object,
): Change {
  const { revision, team = null } = row;
  const chunk = encodeEvent({ event, id: String(revision), data: JSON.stringify(data) });
  return { topic, revision, team, chunk };
}

/** `job 1-2`; ids may hold spaces. */
function split(payload: string): [string, string] {
  const space = payload.indexOf(' ');
  return [payload.slice(0, space), payload.slice(space + 1)];
}
