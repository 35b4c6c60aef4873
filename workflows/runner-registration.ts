import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { describeExcess, excessOf, type SeenRunner } from '../domain/registration-check.ts';
import type { RegistrationEnd } from '../domain/registration-event.ts';
import { type Absence, RegistrationLife } from '../domain/registration-life.ts';
import { Secret } from '../domain/secret.ts';
import {
  type DeleteRegistration,
  deleteRegistration,
  type DeletionResult,
  provisionRunner,
  refreshRegistration,
  type RegistrationInput,
  registrationSeen,
  type RegistrationState,
  registrationStatus,
  type RunnerCredential,
  type RunnerHeard,
} from './contracts/registration.ts';
import { runnerNameKey, teamKey } from './contracts/search-attributes.ts';
import type { CarriedRegistration } from './runner-registration/carried.ts';
import { Departure } from './runner-registration/departure.ts';
import { detailOf, detailOfGone, type Leaving, leavingAs } from './runner-registration/details.ts';
import { GithubWatch } from './runner-registration/github-watch.ts';
import { provision } from './runner-registration/provision.ts';
import { RegistrationRecord } from './runner-registration/record.ts';

/** Beyond this it continues as new: a replay stays short, and far from Temporal's limit. */
const MOST_EVENTS = 1_000;

interface Deletion extends DeleteRegistration {
  answer: DeletionResult | null;
  failure: ApplicationFailure | null;
}

/**
 * One runner that somebody was given, from its registration at GitHub to its removal. GitHub is asked
 * at intervals, and when a webhook, a user or an operator gives a reason to.
 */
export async function runnerRegistration(
  input: RegistrationInput,
  carried?: CarriedRegistration,
): Promise<RegistrationState> {
  const registration = new RunnerRegistration(input, carried);
  setHandler(provisionRunner, () => registration.credential());
  setHandler(refreshRegistration, () => registration.refresh());
  setHandler(deleteRegistration, (request) => registration.delete(request));
  setHandler(registrationSeen, (word) => registration.hear(word));
  setHandler(registrationStatus, () => registration.describe());

  // A cancellation by `temporal workflow cancel` is one more wish to be rid of the runner: nothing
  // that must be cleaned up is interrupted by it.
  let cancelled = false;
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true;
    registration.cancel();
  });
  const end = await CancellationScope.nonCancellable(async () => {
    const reached = await registration.run();
    await condition(allHandlersFinished);
    return reached;
  });
  if (end === 'long') {
    await continueAsNew<typeof runnerRegistration>(input, registration.carried);
  }
  if (cancelled) throw new CancelledFailure('The registration was cancelled');
  return registration.describe();
}

class RunnerRegistration {
  readonly #input: RegistrationInput;
  readonly #life: RegistrationLife;
  readonly #record: RegistrationRecord;
  readonly #github = new GithubWatch();
  readonly #departure: Departure;
  readonly #isNew: boolean;
  #deadline: number;
  #installationId: number;
  #runnerGroupId: number | null;
  #flagReason: string | null;

  #credential: Secret<RunnerCredential> | null = null;
  #failure: ApplicationFailure | null = null;

  #mustLook = false;
  #mustTell = false;
  #asked = 0;
  #answered = 0;
  #absence: Absence | null = null;
  /** When GitHub last answered; milliseconds since the epoch. */
  #lookedAt = 0;
  #isCancelled = false;
  readonly #deletions: Deletion[] = [];

  constructor(input: RegistrationInput, carried?: CarriedRegistration) {
    this.#input = input;
    this.#isNew = carried === undefined;
    this.#record = new RegistrationRecord(input);
    this.#life = new RegistrationLife(input.ephemeral, carried?.facts);
    this.#deadline = carried?.deadline ?? Date.parse(input.expiresAt);
    this.#installationId = carried?.installationId ?? input.installationId;
    this.#runnerGroupId = carried?.runnerGroupId ?? null;
    this.#flagReason = carried?.flagReason ?? null;
    this.#departure = new Departure(this.#github, input.labels, carried?.leaving ?? null);
    // what was wanted when the run before ended is not carried along, but for one more look
    this.#mustLook = carried !== undefined;
  }

  get carried(): CarriedRegistration {
    return {
      facts: this.#life.facts,
      deadline: this.#deadline,
      installationId: this.#installationId,
      runnerGroupId: this.#runnerGroupId,
      flagReason: this.#flagReason,
      leaving: this.#departure.leaving,
    };
  }

  async credential(): Promise<Secret<RunnerCredential>> {
    await condition(() => this.#credential !== null || this.#failure !== null || !this.#isNew);
    if (this.#failure) throw this.#failure;
    if (this.#credential) return this.#credential;
    throw ApplicationFailure.nonRetryable('The credential was handed out before');
  }

  async refresh(): Promise<RegistrationState> {
    this.#asked += 1;
    const mine = this.#asked;
    this.#mustLook = true;
    await condition(() => this.#answered >= mine || this.#closed !== null);
    const { silence } = this.#github;
    if (this.#closed === null && silence) throw silence.failure;
    return this.describe();
  }

  async delete({ force }: DeleteRegistration): Promise<DeletionResult> {
    const deletion: Deletion = { force, answer: null, failure: null };
    this.#deletions.push(deletion);
    this.#mustLook = true;
    const isDone = () => deletion.answer !== null || deletion.failure !== null;
    await condition(() => isDone() || this.#closed !== null);
    if (deletion.failure) throw deletion.failure;
    return deletion.answer ?? 'removed';
  }

  hear(word: RunnerHeard): void {
    if (this.#life.heard(word, Date.now())) this.#mustLook = true;
    else this.#mustTell = true;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#mustLook = true;
  }

  describe(): RegistrationState {
    const { facts } = this.#life;
    return {
      status: this.#closed?.status ?? facts.status,
      detail: this.#detail,
      githubRunnerId: facts.githubRunnerId,
      flagReason: this.#flagReason,
    };
  }

  /** `long`: it goes on in a new run. */
  async run(): Promise<'over' | 'long'> {
    if (this.#isNew) {
      upsertSearchAttributes([
        { key: runnerNameKey, value: this.#input.name },
        ...(this.#input.team === null ? [] : [{ key: teamKey, value: this.#input.team }]),
      ]);
      if (!(await this.#provision())) return 'over';
    }
    for (;;) {
      const asked = this.#asked;
      if (this.#mustLook) await this.#look();
      await this.#act();
      this.#answered = asked;
      if (this.#closed) return 'over';
      if (this.#isLong && allHandlersFinished()) return 'long';
      await this.#pause();
    }
  }

  async #provision(): Promise<boolean> {
    const provisioned = await provision(this.#input);
    if ('failure' in provisioned) {
      const { failure, cleanUp } = provisioned;
      await this.#close('deleted', failure.message, 'refused', failure.type ?? 'refused');
      this.#failure = failure;
      await cleanUp();
      return false;
    }
    const { prepared, registered } = provisioned;
    this.#installationId = prepared.installationId;
    this.#runnerGroupId = prepared.runnerGroupId;
    if (registered.githubRunnerId !== null) {
      this.#life.registered(registered.githubRunnerId);
      // GitHub fixed labels, group and all, so that there's nothing to compare
      this.#life.checked();
    }
    this.#deadline = Math.max(this.#deadline, Date.parse(registered.credential.expiresAt));
    await this.#tell();
    this.#credential = new Secret(registered.credential);
    return true;
  }

  get #reference() {
    const { name, target } = this.#input;
    const { githubRunnerId } = this.#life.facts;
    return { name, target, installationId: this.#installationId, githubRunnerId };
  }

  async #look(): Promise<void> {
    this.#mustLook = false;
    this.#absence = null;
    const reference = { ...this.#reference, id: this.#input.id };
    // with a token the client may register more than once, each time with another id
    if (this.#input.mode === 'registration_token') reference.githubRunnerId = null;
    const look = await this.#github.look(reference);
    if (look) this.#lookedAt = Date.now();
    if (look?.runner) await this.#see(look.runner);
    else if (look) this.#absence = this.#life.missed();
  }

  async #see(seen: SeenRunner): Promise<void> {
    const life = this.#life;
    life.saw(seen, Date.now());
    if (this.#departure.leaving) return;
    if (life.facts.status === 'online') await this.#tell();
    if (life.isUnchecked) {
      const excess = excessOf(seen, { ...this.#input, runnerGroupId: this.#runnerGroupId });
      if (excess) {
        const reason = `${describeExcess(excess)} (GitHub’s runner ${seen.id})`;
        this.#flagReason = reason;
        this.#departure.leaving = { kind: 'exceeded', detail: reason, isDisarmed: false };
        return this.#record.flag(seen.id, reason, excess.labels);
      }
    }
    life.checked();
  }

  async #act(): Promise<void> {
    if (this.#absence === 'gone') {
      await this.#gone();
    } else if (!this.#github.silence) {
      const leaving = (this.#departure.leaving ??= this.#reasonToLeave());
      if (leaving) await this.#leave(leaving);
    } else if (this.#refusesForGood) {
      await this.#close('deleted', leavingAs('refused').detail, 'removed', 'refused');
    }
    for (const deletion of this.#deletions.splice(0)) {
      if (!this.#closed) await this.#carryOut(deletion);
    }
    if (this.#closed) return;
    await this.#tell();
    if (this.#record.isGivenUp && !this.#departure.leaving) this.#mustLook = true;
  }

  #reasonToLeave(): Leaving | null {
    const { facts } = this.#life;
    const now = Date.now();
    if (this.#record.isGivenUp) return leavingAs('asked');
    if (this.#isCancelled) return leavingAs('cancelled');
    // it may have come online since it was last asked for
    const isLate = facts.status === 'pending' && this.#lookedAt >= this.#deadline;
    if (isLate) return leavingAs('expired');
    const { stale } = this.#input.times;
    const isStale = facts.offlineSince !== null && now - facts.offlineSince >= stale;
    return isStale ? leavingAs('stale') : null;
  }

  /** GitHub knows it no more, and nobody here removed it. */
  async #gone(): Promise<void> {
    const kind = this.#departure.leaving?.kind;
    const detail =
      this.#departure.leaving?.detail ?? detailOfGone(this.#life.facts, this.#input.ephemeral);
    await this.#close('deleted', detail, kind === 'asked' ? 'asked' : 'removed', kind ?? 'gone');
  }

  /** Removes it at GitHub, and closes the record; what isn't done now is tried with the next look. */
  async #leave(leaving: Leaving): Promise<void> {
    const { kind, detail } = leaving;
    const result = await this.#departure.attempt(this.#reference);
    if (result === 'busy' && kind === 'expired') {
      // it came online in the same moment
      this.#departure.leaving = null;
      this.#mustLook = true;
    }
    if (result !== 'removed') return;
    if (kind === 'expired') return this.#close('expired', detail, 'expired', kind);
    if (kind === 'exceeded' && !this.#isCancelled && Date.now() < this.#deadline) {
      // the token holds still: whoever has it may register once more, and is looked at again
      this.#departure.leaving = null;
      return this.#life.reset();
    }
    return this.#close('deleted', detail, kind === 'asked' ? 'asked' : 'removed', kind);
  }

  async #carryOut(deletion: Deletion): Promise<void> {
    if (!deletion.force && this.#life.isBusy) {
      deletion.answer = 'busy';
      return;
    }
    const before = this.#departure.leaving;
    const leaving = leavingAs('asked');
    // unless it's forced, one that turns out to be at work keeps its labels
    leaving.isDisarmed = !deletion.force;
    this.#departure.leaving = leaving;
    await this.#leave(leaving);
    const failure = this.#github.silence?.failure;
    if (this.#closed) deletion.answer = 'removed';
    else if (failure) deletion.failure = failure;
    else deletion.answer = deletion.force ? 'removing' : 'busy';
    if (deletion.answer !== 'removing') this.#departure.leaving = before;
  }

  /** GitHub has refused to tell of it for so long that nobody waits for it any more. */
  get #refusesForGood(): boolean {
    const { silence } = this.#github;
    return silence !== null && Date.now() - silence.since >= this.#input.times.stale;
  }

  get #isLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return (continueAsNewSuggested || historyLength > MOST_EVENTS) && !this.#isCancelled;
  }

  async #pause(): Promise<void> {
    const { poll, confirm, stale } = this.#input.times;
    const { status, offlineSince } = this.#life.facts;
    const usual = status === 'idle' ? poll.online : poll[status];
    const leaving = this.#departure.leaving ? poll.busy : usual;
    const moments = [
      status === 'pending' ? this.#deadline : null,
      offlineSince === null ? null : offlineSince + stale,
    ];
    const confirming = this.#absence === 'look_again' ? confirm : leaving;
    const delay = this.#github.delay(confirming, moments, this.#lookedAt);
    const isWoken = await condition(() => this.#mustLook || this.#mustTell, delay);
    this.#mustTell = false;
    if (!isWoken) this.#mustLook = true;
  }

  get #closed() {
    return this.#record.closed;
  }

  get #detail(): string {
    const { silence } = this.#github;
    if (this.#closed) return this.#closed.detail;
    if (this.#departure.leaving)
      return `${this.#departure.leaving.detail}; it goes as soon as GitHub lets go of it`;
    if (silence) return `GitHub can't be asked for it: ${silence.failure.message}`;
    return detailOf(this.#life.facts, this.#deadline);
  }

  #tell(): Promise<void> {
    const { status, githubRunnerId } = this.#life.facts;
    return this.#record.tell({
      status,
      detail: this.#detail,
      githubRunnerId,
      installationId: this.#installationId,
      expiresAt: new Date(this.#deadline).toISOString(),
    });
  }

  #close(
    status: 'expired' | 'deleted',
    detail: string,
    end: RegistrationEnd,
    outcome: string,
  ): Promise<void> {
    const { githubRunnerId } = this.#life.facts;
    return this.#record.close({ status, detail, githubRunnerId, end }, outcome);
  }
}
