import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type {
  ContainerOutcome,
  HostQueueActivities,
  PoolQueueActivities,
  RunContainerInput,
} from '../workflows/contracts/host-activities.ts';
import { isAtWork, untilDockerAnswers } from './docker/containers.ts';
import type { Engine } from './docker/engine.ts';
import type { RunnerSlots } from './runner-context.ts';
import { RunnerRun } from './runner-run.ts';
import type { Runners } from './runners.ts';

/** milliseconds; well within the heartbeat time-outs of the workflows */
const HEARTBEAT = 3_000;
/** milliseconds after which a claim that this host could not take is tried again, here or elsewhere */
const RECLAIM_AFTER = 500;

/** The activity of the pools' queues. */
export function createClaimActivities(options: {
  hostId: string;
  slots: RunnerSlots;
}): PoolQueueActivities {
  return {
    async claimHost({ runnerName }) {
      if (options.slots.claim(runnerName)) return { hostId: options.hostId };
      throw ApplicationFailure.create({
        message: `Host ${options.hostId} has no slot free after all`,
        type: 'NoSlot',
        // it only stays in the queue
        category: ApplicationFailureCategory.BENIGN,
        nextRetryDelay: RECLAIM_AFTER,
      });
    },
  };
}

/** The activities of a host's own queue; what each does is said in `HostQueueActivities`. */
export function createContainerActivities(options: {
  engine: Engine;
  runners: Runners;
  /** Called when Temporal knows no more of an attempt: its workflow may be over, or a further attempt come. */
  onForsaken: () => void;
}): HostQueueActivities {
  const { engine, runners, onForsaken } = options;
  return {
    async runContainer(input, minted) {
      const { workflowExecution, attempt } = Context.current().info;
      if (!workflowExecution) throw new Error('runContainer belongs to a workflow');
      const run = runners.run({ input, minted, owner: workflowExecution, attempt });
      return run instanceof RunnerRun
        ? heartbeating(() => attend(engine, run, input, onForsaken))
        : run;
    },
    inspectRunner: ({ runnerName }) => heartbeating(() => runners.inspect(runnerName)),
    removeRunner: (input) => heartbeating(() => runners.remove(input)),
  };
}

/**
 * Waits for a run's outcome, or for the moment when it should have had a job and has none. Cancelled by
 * its workflow, it takes the container with it; whatever else ends the attempt (the worker stops, Temporal
 * has given it up) leaves the container to the next.
 */
async function attend(
  engine: Engine,
  run: RunnerRun,
  input: RunContainerInput,
  onForsaken: () => void,
): Promise<ContainerOutcome> {
  const context = Context.current();
  const over = new AbortController();
  let forsaken = false;
  run.attendants += 1;
  try {
    const idle = foundIdle(engine, run, input.pickupTimeout, over.signal);
    return await Promise.race([run.outcome, idle, context.cancelled]);
  } catch (error) {
    forsaken = context.cancellationDetails?.notFound ?? false;
    if (context.cancellationDetails?.cancelRequested) {
      run.remove(input.stopTimeout);
      await run.outcome.catch(() => {});
    }
    throw error;
  } finally {
    over.abort();
    run.attendants -= 1;
    if (forsaken) onForsaken();
  }
}

/** Answers only if no job is at work in the container when its time to be given one is over. */
async function foundIdle(
  engine: Engine,
  run: RunnerRun,
  pickupTimeout: number,
  signal: AbortSignal,
): Promise<ContainerOutcome> {
  const never = new Promise<never>(() => {});
  if (pickupTimeout === 0) return never;
  try {
    const container = await run.container;
    if (!container) return never;
    const left = container.startedAt.getTime() + pickupTimeout - Date.now();
    await delay(Math.min(Math.max(left, 0), 2 ** 31 - 1), undefined, { signal });
    const busy = await untilDockerAnswers(() => isAtWork(engine, container.id), signal);
    if (busy || container.watch.end) return never;
    const startedAt = container.startedAt.toISOString();
    return { result: 'idle', exitCode: null, startedAt, removedAt: null };
  } catch {
    // over meanwhile, or the engine won't say: the container is followed as it is
    return never;
  }
}

async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
