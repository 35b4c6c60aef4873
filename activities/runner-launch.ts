import type { Duplex, Readable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/common';
import type { Container } from 'dockerode';
import pRetry from 'p-retry';
import { HOST_FAILED } from '../workflows/contracts/host-activities.ts';
import type { Watch } from './docker/container-ends.ts';
import { containerOptions } from './docker/container-options.ts';
import {
  findContainer,
  type FoundContainer,
  removeContainer,
  untilDockerAnswers,
} from './docker/containers.ts';
import {
  dockerMessage,
  isConflict,
  isImageMissing,
  isNetworkMissing,
  statusOf,
} from './docker/errors.ts';
import { NetworkRangeFullError } from './networks.ts';
import type { RunnerContext, RunRequest } from './runner-context.ts';

/** A container that was started, and what is needed to follow it. */
export interface RunningContainer {
  id: string;
  startedAt: Date;
  watch: Watch;
  /** Its output from the first byte on; null where it must be read from what Docker keeps. */
  output: Readable | null;
}

/** Tries before another host is asked. */
const TRIES = 3;

/** Follows a container that was started before, by whomever. */
export async function takeUpContainer(
  { ends }: RunnerContext,
  { id, startedAt }: FoundContainer,
): Promise<RunningContainer> {
  const watch = ends.watch(id);
  await untilDockerAnswers(() => watch.check());
  return { id, startedAt, watch, output: null };
}

/**
 * Makes the runner's container, starts it and hands it the JIT configuration on standard input. Nothing
 * of it is left where this fails.
 *
 * @throws ApplicationFailure `ImageMissing` or `HostFailed`, neither to be retried here
 * @throws the signal's reason once it is aborted
 */
export async function launchContainer(
  context: RunnerContext,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunningContainer> {
  const { pool, runnerName } = request.input;
  const began = performance.now();
  try {
    const container = await pRetry(() => launchOnce(context, request, signal), {
      retries: TRIES - 1,
      minTimeout: 200,
      signal,
      shouldRetry: ({ error }) => mayPass(error),
      onFailedAttempt: ({ error }) => recover(context, request, error, signal),
    });
    context.metrics.launched(pool.name, (performance.now() - began) / 1000);
    return container;
  } catch (error) {
    signal.throwIfAborted();
    context.metrics.launchFailed(pool.name, reasonOf(error));
    context.log.warn({ runner: runnerName, error: dockerMessage(error) }, 'A launch failed');
    if (error instanceof ApplicationFailure) throw error;
    throw ApplicationFailure.nonRetryable(
      `Host ${context.engine.hostId} can't start ${runnerName}: ${dockerMessage(error)}`,
      HOST_FAILED,
    );
  }
}

async function launchOnce(
  context: RunnerContext,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunningContainer> {
  const { engine, ends, networks } = context;
  const networkId = await networks.ensure(request.input.repositoryId);
  return engine.limit(async () => {
    signal.throwIfAborted();
    const container = await createContainer(context, request, networkId);
    if ('startedAt' in container) return takeUpContainer(context, container);
    const watch = ends.watch(container.id);
    let attached: Duplex | undefined;
    try {
      attached = (await engine.streams.getContainer(container.id).attach({
        stream: true,
        stdin: true,
        stdout: true,
        stderr: true,
        hijack: true,
      })) as Duplex;
      // who reads it learns of errors too; this is for the time before
      attached.on('error', () => {});
      await container.start();
    } catch (error) {
      watch.close();
      attached?.destroy();
      throw error;
    }
    attached.end(`${request.minted.reveal().jitConfig}\n`);
    return { id: container.id, startedAt: new Date(), watch, output: attached };
  });
}

/**
 * Creates the container. One of ours that has its name already is taken up if it was started; if not,
 * it was left by a call whose answer got lost, and is made anew.
 */
async function createContainer(
  context: RunnerContext,
  request: RunRequest,
  networkId: string,
): Promise<Container | FoundContainer> {
  const { engine, logBytes } = context;
  const { input, owner } = request;
  const options = containerOptions({ hostId: engine.hostId, networkId, owner, input, logBytes });
  try {
    return await engine.docker.createContainer(options);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const found = await findContainer(engine, input.runnerName);
    if (found && !found.own) throw error;
    if (found && !found.created) return found;
    // not through the limit: this call is within it
    if (found) await engine.docker.getContainer(found.id).remove({ force: true, v: true });
    return engine.docker.createContainer(options);
  }
}

/** Clears what a failed try left, and mends what can be mended before the next. */
async function recover(
  context: RunnerContext,
  request: RunRequest,
  error: Error,
  signal: AbortSignal,
): Promise<void> {
  const { engine, images, networks } = context;
  const { input } = request;
  // a pull may take long: whoever gives the runner up doesn't wait for it
  if (isImageMissing(error)) return Promise.race([images.pull(input.pool.image), aborted(signal)]);
  if (isNetworkMissing(error)) networks.forget(input.repositoryId);
  try {
    const found = await findContainer(engine, input.runnerName);
    if (found?.own) await removeContainer(engine, found.id);
  } catch {
    // An engine that is away now is swept once it is back.
  }
}

/** Whether a further try may do better. */
function mayPass(error: unknown): boolean {
  if (error instanceof NetworkRangeFullError || error instanceof ApplicationFailure) return false;
  if (isImageMissing(error) || isNetworkMissing(error)) return true;
  const status = statusOf(error);
  return status === null || status >= 500;
}

function reasonOf(error: unknown): string {
  if (error instanceof ApplicationFailure) return 'image_missing';
  if (error instanceof NetworkRangeFullError) return 'network_range_full';
  return statusOf(error) === null ? 'docker_unreachable' : 'docker_refused';
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
