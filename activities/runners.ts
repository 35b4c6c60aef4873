import type {
  ContainerOutcome,
  RemoveRunnerInput,
  RemoveRunnerResult,
  RunnerActivity,
} from '../workflows/contracts/host-activities.ts';
import {
  findContainer,
  isAtWork,
  removeContainer,
  stopContainer,
  untilDockerAnswers,
} from './docker/containers.ts';
import type { RunnerContext, RunRequest } from './runner-context.ts';
import { absent, RunnerRun } from './runner-run.ts';

/** Outcomes that are kept for an attempt that comes after the end. */
const REMEMBERED = 1_000;

/** All runners of this host. */
export class Runners {
  readonly #context: RunnerContext;
  readonly #runs = new Map<string, RunnerRun>();
  readonly #ended = new Map<string, ContainerOutcome>();

  constructor(context: RunnerContext) {
    this.#context = context;
  }

  /** The run of a runner that is being launched or followed here. */
  find(runnerName: string): RunnerRun | undefined {
    return this.#runs.get(runnerName);
  }

  /** Names of the runners that are followed here with no activity to wait for them. */
  unattended(): string[] {
    return [...this.#runs].filter(([, run]) => run.attendants === 0).map(([name]) => name);
  }

  /** Runs a runner, or joins the run that an earlier attempt began. */
  run(request: RunRequest): RunnerRun | ContainerOutcome {
    const { runnerName } = request.input;
    const known = this.#runs.get(runnerName) ?? this.#ended.get(runnerName);
    if (known) return known;
    const run = new RunnerRun(this.#context, request);
    this.#runs.set(runnerName, run);
    run.outcome
      .then((outcome) => this.#remember(runnerName, outcome))
      .catch(() => {})
      .finally(() => this.#runs.delete(runnerName));
    return run;
  }

  /** What the processes in a runner's container say of it. */
  async inspect(runnerName: string): Promise<RunnerActivity> {
    const { engine } = this.#context;
    return untilDockerAnswers(async () => {
      const found = await findContainer(engine, runnerName);
      if (!found?.own || found.ended) return { state: 'absent' };
      return { state: (await isAtWork(engine, found.id)) ? 'busy' : 'idle' };
    });
  }

  /** Ends and removes a runner's container, wherever it stands, and gives back its slot. */
  async remove(input: RemoveRunnerInput): Promise<RemoveRunnerResult> {
    const { engine, records, slots } = this.#context;
    const { runnerName, stopTimeout } = input;
    const found = await untilDockerAnswers(() => findContainer(engine, runnerName));
    const run = this.#runs.get(runnerName);
    const runs = found?.own && !found.created && !found.ended;
    if (input.onlyIfIdle && found?.own) {
      // one that has ended was at work: its activity comes back for it, and keeps its output first
      if (found.ended && !run) return { result: 'busy' };
      if (runs && (await untilDockerAnswers(() => isAtWork(engine, found.id))))
        return { result: 'busy' };
    }
    if (run) {
      run.remove(stopTimeout);
      await run.outcome.catch(() => {});
      return { result: 'removed' };
    }
    slots.vacate(runnerName);
    // a launch that comes late, for a runner that nobody wants any more, finds this
    if (!this.#ended.has(runnerName)) this.#remember(runnerName, absent());
    if (!found?.own) return { result: 'absent' };
    if (runs) await untilDockerAnswers(() => stopContainer(engine, found.id, stopTimeout));
    await untilDockerAnswers(() => removeContainer(engine, found.id));
    await records.ended({ runnerName, exitCode: null, exitedAt: null, removedAt: new Date() });
    return { result: 'removed' };
  }

  #remember(runnerName: string, outcome: ContainerOutcome): void {
    this.#ended.set(runnerName, outcome);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
  }
}
