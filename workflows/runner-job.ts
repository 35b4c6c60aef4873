import {
  CancellationScope,
  CancelledFailure,
  condition,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { isTerminal, type JobStatus } from '../domain/job-status.ts';
import { type LaunchedRunner, Launches } from '../domain/launches.ts';
import { runnerName } from '../domain/runner-name.ts';
import type { Admission, RecordedEnd } from './contracts/control-activities.ts';
import {
  type CancelRequest,
  cancelJob,
  type JobProgress,
  jobProgressed,
  jobStatus,
  type RunnerJobInput,
  type RunnerJobStatus,
  type RunnerTaken,
  runnerTaken,
} from './contracts/runner-job.ts';
import { outcomeKey, runnerNameKey } from './contracts/search-attributes.ts';
import { Consequences } from './runner-job/consequences.ts';
import { endOf, type GivenUp } from './runner-job/outcome.ts';
import { progressOf } from './runner-job/progress.ts';
import { askGithub, type RunnerEnd, RunnerLife, within } from './runner-job/runner-life.ts';
import { github, records } from './runner-job/steps.ts';

/** GitHub itself gives up a job whose runner is silent within a quarter of an hour; then it says so. */
const MOST_QUESTIONS = 6;

/**
 * Serves one queued job: launches runners until GitHub says that the job is over, and follows each
 * of them until it's gone. The two lives are kept apart, because GitHub gives a job to any matching
 * runner, not to the one launched for it.
 */
export async function runnerJob(input: RunnerJobInput): Promise<RunnerJobStatus> {
  const job = new RunnerJob(input);
  setHandler(jobProgressed, (word) => job.hear(word));
  setHandler(runnerTaken, (taken) => job.lose(taken));
  setHandler(cancelJob, (request) => job.cancel(request));
  setHandler(jobStatus, () => job.describe());

  // A cancellation by `temporal workflow cancel` is one more wish to end the job: nothing that must
  // be cleaned up is interrupted by it.
  let cancelled: unknown = null;
  CancellationScope.current().cancelRequested.catch((reason: unknown) => {
    cancelled = reason;
    job.cancel({ by: 'an operator, through Temporal', reason: '', scope: 'run' });
  });
  const result = await CancellationScope.nonCancellable(() => job.run());
  if (cancelled !== null) throw new CancelledFailure('The job was cancelled');
  return result;
}

class RunnerJob {
  readonly launches: Launches;
  readonly #input: RunnerJobInput;
  readonly #lives = new Map<LaunchedRunner, { life: RunnerLife; done: Promise<void> }>();
  readonly #consequences = new Consequences();
  readonly #lettingGo = new Set<LaunchedRunner>();
  #admission: Extract<Admission, { decision: 'admitted' }> | null = null;
  #launchCount = 0;
  #paused = false;
  #questions = 0;
  #cancel: CancelRequest | null = null;
  #givenUp: GivenUp | null = null;
  #recorded: RecordedEnd | null = null;
  #status: JobStatus = 'queued';
  #detail = 'Being admitted';

  constructor(input: RunnerJobInput) {
    this.#input = input;
    this.launches = new Launches(input.githubJobId);
  }

  hear({ status, conclusion, runnerName: name, recorded }: JobProgress): void {
    this.launches.hear({ status, conclusion, runnerName: name });
    this.#recorded = recorded ?? this.#recorded;
    if (this.#admission) this.#tellProgress();
  }

  lose({ runnerName: name, githubJobId, owed }: RunnerTaken): void {
    const wasOwed = this.launches.owed;
    this.launches.taken(name, githubJobId, owed);
    if (this.launches.owed && !wasOwed) void this.#awaitRepayment();
  }

  cancel(request: CancelRequest): void {
    this.#cancel ??= request;
  }

  async run(): Promise<RunnerJobStatus> {
    const admission = await records.admitJob(this.#input);
    if (admission.decision === 'ignored') {
      this.#tell('ignored', admission.detail);
      upsertSearchAttributes([{ key: outcomeKey, value: 'ignored' }]);
      return this.describe();
    }
    this.#admission = admission;
    this.#launchCount = admission.attempts;
    this.launches.pool = admission.pool.name;
    this.launches.hear(admission.word);
    // launched before, and told to go on: only GitHub knows what has become of it since
    if (admission.attempts > 0) await this.#ask();

    while (!this.#isDecided) {
      for (const runner of this.#toLetGo) void this.#letGo(runner);
      if (this.#mayLaunch) this.#launch();
      this.#tellProgress();
      await this.#change();
    }
    if (this.#cancel && !this.launches.isOver) await this.#carryOutCancel(this.#cancel);
    await this.#settle();
    return this.describe();
  }

  describe(): RunnerJobStatus {
    return {
      status: this.#status,
      detail: this.#detail,
      pool: this.#admission?.pool.name ?? null,
      attempts: this.#launchCount,
      runners: this.launches.runners.map(({ name, hostId, phase }) => ({
        name,
        hostId,
        state: phase,
      })),
    };
  }

  get #pool() {
    if (!this.#admission) throw new TypeError('The job has not been admitted');
    return this.#admission.pool;
  }

  get #isDecided(): boolean {
    return this.launches.isOver || this.#cancel !== null || this.#givenUp !== null;
  }

  get #mayLaunch(): boolean {
    return this.launches.needsRunner && !this.#paused;
  }

  get #toLetGo(): LaunchedRunner[] {
    return this.launches.superfluous.filter((runner) => !this.#lettingGo.has(runner));
  }

  /** The job runs, but no runner of its own will tell of its end: a webhook that's lost is missed. */
  get #lacksWord(): boolean {
    const { word, serving } = this.launches;
    return word.status === 'in_progress' && (serving === null || serving.phase === 'gone');
  }

  async #change(): Promise<void> {
    const changed = () =>
      this.#isDecided || this.#mayLaunch || this.#toLetGo.length > 0 || this.#lacksWord !== lacked;
    const lacked = this.#lacksWord;
    if (!lacked) return condition(changed);
    const { completionGrace, reconcile } = this.#pool.timeouts;
    const first = this.#questions === 0 && this.launches.serving !== null;
    if (await within(first ? completionGrace : reconcile, changed)) return;
    this.#questions += 1;
    await this.#ask();
    if (this.#lacksWord && this.launches.serving !== null && this.#questions >= MOST_QUESTIONS) {
      const detail = 'Its runner is gone, and GitHub has no result of the job';
      this.#giveUp({ status: 'lost', code: 'runner_lost', detail });
    }
  }

  async #ask(): Promise<void> {
    const word = await askGithub(this.#input);
    if (word) this.launches.replace(word);
    else {
      const detail = 'GitHub knows this job no more';
      this.#giveUp({ status: 'lost', code: 'job_unknown', detail });
    }
  }

  #giveUp(why: GivenUp): void {
    this.#givenUp ??= why;
  }

  #launch(): void {
    if (!this.#admission) return;
    this.#launchCount += 1;
    const name = runnerName(this.#pool.name, this.#input.githubJobId, this.#launchCount);
    // whoever starts the workflow sets the first runner's name: one event less in every history
    if (this.#launchCount > 1) upsertSearchAttributes([{ key: runnerNameKey, value: name }]);
    const runner = this.launches.launched(name);
    const { pool, priority, fairnessKey } = this.#admission;
    const { launches } = this;
    const context = {
      ...{ input: this.#input, pool, priority, fairnessKey, launches },
      moved: () => this.#tellProgress(),
      lost: (taken: RunnerTaken) => this.lose(taken),
      read: (job: RecordedEnd) => {
        this.#recorded = job;
      },
    };
    const life = new RunnerLife(runner, this.#launchCount, context);
    const done = life.live().then((end) => this.#learn(runner, end));
    this.#lives.set(runner, { life, done });
  }

  async #learn(runner: LaunchedRunner, end: RunnerEnd): Promise<void> {
    log.info('A runner is gone', { runner: runner.name, end: end.kind });
    const { servedJobId } = runner;
    const consequence = this.#consequences.of(end, {
      servedAnother: servedJobId !== null && servedJobId !== this.#input.githubJobId,
      runTimeout: this.#pool.timeouts.run,
    });
    if (consequence?.next === 'give up') this.#giveUp(consequence.why);
    if (consequence?.next === 'pause') {
      await this.#pause(consequence.milliseconds, consequence.detail);
    }
  }

  async #pause(milliseconds: number, detail: string): Promise<void> {
    if (!this.launches.needsRunner || this.#isDecided) return;
    this.#paused = true;
    await records.describeJob({ id: this.#input.id, status: 'queued', detail });
    this.#tell('queued', detail);
    await within(milliseconds, () => this.#isDecided || !this.launches.needsRunner);
    this.#paused = false;
  }

  /** The job that was given this one's runner launches one in turn; should that fail, this one does. */
  async #awaitRepayment(): Promise<void> {
    const isServed = () => this.#isDecided || this.launches.word.status !== 'queued';
    await within(this.#pool.timeouts.pickup, isServed);
    this.launches.owed = false;
  }

  /** A runner that the job needs no more may serve another job for a little while, then it goes. */
  async #letGo(runner: LaunchedRunner): Promise<void> {
    this.#lettingGo.add(runner);
    const life = this.#lives.get(runner)?.life;
    if (runner.phase === 'following') {
      const settled = () => runner.servedJobId !== null || runner.phase === 'gone';
      if (await within(this.#pool.timeouts.completionGrace, settled)) return;
    }
    try {
      await life?.retire();
    } catch (error) {
      log.warn('A runner could not be let go; it is followed to its end', { error: String(error) });
    }
  }

  async #carryOutCancel(request: CancelRequest): Promise<void> {
    this.#tell(this.#status, 'Being cancelled');
    const following = this.launches.runners.filter(({ phase }) => phase === 'following');
    await Promise.all(following.map((runner) => this.#lives.get(runner)?.life.lookUp()));
    if (this.launches.isOver) return;
    if (request.scope === 'run') {
      try {
        await github.cancelRun(this.#input);
      } catch (error) {
        log.warn('GitHub could not be told of the cancellation', { error: String(error) });
      }
      // the runner is told by GitHub, and may stop its steps in order
      const { serving } = this.launches;
      if (serving) {
        await within(
          this.#pool.timeouts.stop,
          () => this.launches.isOver || serving.phase === 'gone',
        );
      }
    }
    const mine = this.launches.runners.filter(
      ({ servedJobId }) => servedJobId === null || servedJobId === this.#input.githubJobId,
    );
    await Promise.all(mine.map((runner) => this.#lives.get(runner)?.life.kill()));
  }

  /** Records the end, then stays until the last runner that it launched is gone. */
  async #settle(): Promise<void> {
    const end = endOf(this.#input.id, this.launches.word, this.#cancel, this.#givenUp);
    this.#tell(end.status, end.detail);
    // what GitHub said of its end was recorded when it came
    const recorded = this.launches.isOver ? this.#recorded : null;
    const { status, detail } =
      recorded && isTerminal(recorded.status) ? recorded : await records.finishJob(end);
    this.#tell(status, detail);
    const outcome = status === 'completed' ? this.launches.word.conclusion : null;
    upsertSearchAttributes([{ key: outcomeKey, value: outcome ?? status }]);
    while (!this.launches.allGone) {
      for (const runner of this.#toLetGo) void this.#letGo(runner);
      await condition(() => this.launches.allGone || this.#toLetGo.length > 0);
    }
  }

  #tellProgress(): void {
    if (this.#isDecided) return;
    const { status, detail } = progressOf(this.launches);
    // while it pauses, the reason of the pause says more
    if (!this.#paused || status !== 'queued') this.#tell(status, detail);
  }

  #tell(status: JobStatus, detail: string): void {
    this.#status = status;
    this.#detail = detail;
    setCurrentDetails(`**${status}**: ${detail}`);
  }
}
