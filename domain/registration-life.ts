import type { SeenRunner } from './registration-check.ts';
import type { RegistrationStatus } from './registration-status.ts';

/** After so long GitHub's own `busy` counts again, should the webhook of the job's end be lost. */
const BUSY_LAG = 90_000;
/** So many looks in a row must miss a runner before it counts as gone. */
const MOST_ABSENCES = 2;

/** All that is remembered of a registration; times are milliseconds since the epoch. */
export interface RegistrationFacts {
  status: Exclude<RegistrationStatus, 'expired' | 'deleted'>;
  githubRunnerId: number | null;
  /** First seen online. */
  onlineAt: number | null;
  offlineSince: number | null;
  /** GitHub's word when it was last seen. */
  saidBusy: boolean;
  absences: number;
  /** The job that a webhook said it runs. */
  job: { id: number; since: number } | null;
  /** The last job that a webhook said it finished. */
  finishedJobId: number | null;
  /** The registration that was compared with what was granted. */
  checkedRunnerId: number | null;
}

/** What is to be done after GitHub knew no such runner. */
export type Absence = 'awaited' | 'look_again' | 'gone';

/** A provisioned runner, by what GitHub and its webhooks say of it. */
export class RegistrationLife {
  readonly facts: RegistrationFacts;
  readonly #ephemeral: boolean;

  constructor(ephemeral: boolean, facts?: RegistrationFacts) {
    this.#ephemeral = ephemeral;
    this.facts = facts ?? newFacts();
  }

  get isBusy(): boolean {
    return this.facts.status === 'busy';
  }

  /** True when this registration at GitHub has not been compared with what was granted. */
  get isUnchecked(): boolean {
    const { githubRunnerId, checkedRunnerId } = this.facts;
    return githubRunnerId === null || githubRunnerId !== checkedRunnerId;
  }

  /** GitHub registered it. */
  registered(githubRunnerId: number): void {
    this.facts.githubRunnerId = githubRunnerId;
  }

  /** It keeps to what was granted, or GitHub fixed that itself. */
  checked(): void {
    this.facts.checkedRunnerId = this.facts.githubRunnerId;
    if (this.facts.status === 'online') this.facts.status = this.#workStatus;
  }

  /** Its registration was taken back: it may register once more. */
  reset(): void {
    Object.assign(this.facts, newFacts());
  }

  /** GitHub shows it. One that is seen online for the first time is `online` until it's {@link checked}. */
  saw(seen: SeenRunner, now: number): void {
    const { facts } = this;
    facts.absences = 0;
    facts.githubRunnerId = seen.id;
    facts.saidBusy = seen.busy;
    if (facts.job && !seen.busy && now - facts.job.since > BUSY_LAG) facts.job = null;
    if (seen.online || seen.busy) {
      const isFirst = facts.onlineAt === null || this.isUnchecked;
      facts.offlineSince = null;
      facts.onlineAt ??= now;
      facts.status = isFirst ? 'online' : this.#workStatus;
    } else if (facts.onlineAt !== null) {
      facts.status = 'offline';
      facts.offlineSince ??= now;
    }
  }

  /** GitHub knows no runner of that name. */
  missed(): Absence {
    const { facts } = this;
    // with a token it's the client that registers, whenever it likes
    if (facts.githubRunnerId === null) return 'awaited';
    facts.absences += 1;
    const isDone = this.#ephemeral && facts.finishedJobId !== null;
    return isDone || facts.absences >= MOST_ABSENCES ? 'gone' : 'look_again';
  }

  /** A webhook told that it took a job or finished one. Answers whether GitHub should be asked now. */
  heard(word: { state: 'busy' | 'idle'; githubJobId: number }, now: number): boolean {
    const { facts } = this;
    // webhooks come in any order: this one was overtaken
    if (word.state === 'busy' && facts.finishedJobId === word.githubJobId) return false;
    facts.onlineAt ??= now;
    facts.offlineSince = null;
    if (word.state === 'busy') {
      facts.job = { id: word.githubJobId, since: now };
      facts.status = this.isUnchecked ? 'online' : 'busy';
    } else {
      facts.finishedJobId = word.githubJobId;
      if (facts.job && facts.job.id !== word.githubJobId) return false;
      facts.job = null;
      facts.saidBusy = false;
      facts.status = this.isUnchecked ? 'online' : 'idle';
    }
    return this.isUnchecked || (word.state === 'idle' && this.#ephemeral);
  }

  get #workStatus(): 'busy' | 'idle' {
    return this.facts.saidBusy || this.facts.job !== null ? 'busy' : 'idle';
  }
}

function newFacts(): RegistrationFacts {
  return {
    status: 'pending',
    githubRunnerId: null,
    onlineAt: null,
    offlineSince: null,
    saidBusy: false,
    absences: 0,
    job: null,
    finishedJobId: null,
    checkedRunnerId: null,
  };
}
