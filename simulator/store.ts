import { Collection } from './collection.ts';
import type {
  Account,
  Delivery,
  Job,
  Repository,
  Run,
  Runner,
  RunnerGroup,
  Token,
} from './entities.ts';
import { type Entry, Journal } from './journal.ts';

/** Where ids of each kind begin: of the size that GitHub's have, so that nothing takes them for 32 bits. */
const FIRST_IDS = {
  account: 180_000_001,
  installation: 60_000_001,
  repository: 900_000_001,
  workflow: 190_000_001,
  run: 17_000_000_001,
  job: 48_000_000_001,
  runner: 101,
  group: 2,
  delivery: 200_000_000_001,
};
export type IdKind = keyof typeof FIRST_IDS;

/** Deliveries and jobs that are kept at most; GitHub keeps deliveries for three days. */
const MOST_DELIVERIES = 20_000;
const MOST_JOBS = 50_000;

/** Everything that the simulator remembers, kept in a journal where one is given. */
export class Store {
  readonly accounts = this.#collection<number, Account>('account');
  readonly repositories = this.#collection<number, Repository>('repository');
  readonly runs = this.#collection<number, Run>('run');
  readonly jobs = this.#collection<number, Job>('job');
  readonly runners = this.#collection<number, Runner>('runner');
  readonly groups = this.#collection<number, RunnerGroup>('group');
  readonly tokens = this.#collection<string, Token>('token');
  readonly deliveries = this.#collection<number, Delivery>('delivery');
  /** Settings that were changed while running. */
  readonly settings = this.#collection<string, { id: string; value: unknown }>('setting');

  readonly #ids: Record<string, number> = { ...FIRST_IDS };
  #dirty = new Map<string, readonly [string, string | number]>();
  #scheduled = false;
  #journal: Journal | null = null;
  #changed: () => void = () => {};

  constructor(file: string | null) {
    if (file === null) return;
    this.#journal = new Journal(file);
    for (const entry of this.#journal.read()) this.#restore(entry);
    this.#journal.rewrite(this.#everything());
  }

  /** The next id of a kind; ids only grow. */
  nextId(kind: IdKind): number {
    const id = this.#ids[kind] ?? FIRST_IDS[kind];
    this.#ids[kind] = id + 1;
    this.#mark('id', kind);
    return id;
  }

  /** Calls `listener` soon after something changed, once for many changes. */
  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  repositoryByName(fullName: string): Repository | undefined {
    const wanted = fullName.toLowerCase();
    for (const repository of this.repositories.values()) {
      if (repository.fullName.toLowerCase() === wanted) return repository;
    }
    return undefined;
  }

  accountByLogin(login: string): Account | undefined {
    const wanted = login.toLowerCase();
    for (const account of this.accounts.values()) {
      if (account.login.toLowerCase() === wanted) return account;
    }
    return undefined;
  }

  accountByInstallation(installationId: number): Account | undefined {
    for (const account of this.accounts.values()) {
      if (account.installationId === installationId) return account;
    }
    return undefined;
  }

  /** Forgets the oldest deliveries and finished runs beyond what is kept. */
  prune(): void {
    for (const delivery of this.deliveries.values()) {
      if (this.deliveries.size <= MOST_DELIVERIES) break;
      this.deliveries.delete(delivery.id);
    }
    for (const job of this.jobs.values()) {
      if (this.jobs.size <= MOST_JOBS || job.status !== 'completed') break;
      this.jobs.delete(job.id);
      const run = this.runs.get(job.runId);
      if (run?.jobIds.at(-1) === job.id) this.runs.delete(run.id);
    }
  }

  /**
   * Writes what changed since the last time. Happens by itself soon after a change; call it before
   * somebody is told of one that must not be taken back by a crash.
   */
  flush(): void {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    if (this.#journal === null || dirty.size === 0) return;
    if (this.#journal.lines > 20_000 + 4 * this.#size()) {
      this.#journal.rewrite(this.#everything());
    } else {
      this.#journal.append([...dirty.values()].map(([kind, key]) => this.#entry(kind, key)));
    }
  }

  close(): void {
    this.flush();
    this.#journal?.close();
    this.#journal = null;
  }

  get #collections(): Collection<string | number, { id: string | number }>[] {
    const all: unknown[] = [
      this.accounts,
      this.repositories,
      this.runs,
      this.jobs,
      this.runners,
      this.groups,
      this.tokens,
      this.deliveries,
      this.settings,
    ];
    return all as Collection<string | number, { id: string | number }>[];
  }

  #collection<K extends string | number, T extends { id: K }>(kind: string): Collection<K, T> {
    return new Collection<K, T>(kind, (changedKind, key) => this.#mark(changedKind, key));
  }

  #mark(kind: string, key: string | number): void {
    this.#dirty.set(`${kind} ${key}`, [kind, key]);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
      this.#changed();
    });
  }

  #restore([kind, key, value]: Entry): void {
    if (kind === 'id') this.#ids[key] = value as number;
    const collection = this.#collections.find((candidate) => candidate.kind === kind);
    collection?.restore(key, value as { id: string | number } | null);
  }

  #entry(kind: string, key: string | number): Entry {
    if (kind === 'id') return [kind, key, this.#ids[key]];
    const collection = this.#collections.find((candidate) => candidate.kind === kind);
    return [kind, key, collection?.get(key) ?? null];
  }

  #size(): number {
    return this.#collections.reduce((sum, collection) => sum + collection.size, 0);
  }

  #everything(): Entry[] {
    const ids = Object.entries(this.#ids).map(([kind, id]): Entry => ['id', kind, id]);
    const entities = this.#collections.flatMap((collection) =>
      [...collection.values()].map((entity): Entry => [collection.kind, entity.id, entity]),
    );
    return [...ids, ...entities];
  }
}
