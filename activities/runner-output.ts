import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Watch } from './docker/container-ends.ts';
import { untilDockerAnswers } from './docker/containers.ts';
import { demultiplex } from './docker/demultiplex.ts';
import { dockerMessage, isNotFound } from './docker/errors.ts';
import type { RunnerContext } from './runner-context.ts';
import type { RunningContainer } from './runner-launch.ts';
import type { RunnerLog } from './runner-log.ts';

/** milliseconds that word of a container's end may take after the end of its output */
const GRACE = 1_000;
/** milliseconds without output, after a container's end, until its output counts as over */
const DRAIN = 10_000;
/** How often what Docker keeps is read after a container's end, when the reading breaks off. */
const LAST_READS = 3;

/**
 * Keeps a container's output. Where its stream breaks off before the container ends, it is read again
 * out of what Docker keeps, without what is kept already. Answers once nothing more will come.
 */
export async function keepOutput(
  context: RunnerContext,
  container: RunningContainer,
  log: RunnerLog,
): Promise<void> {
  const { watch } = container;
  let { output } = container;
  for (let lastReads = 0; lastReads < LAST_READS && !log.full;) {
    if (output) {
      const { losses } = context.ends;
      const whole = await pump(output, log, watch);
      const end =
        watch.end ?? (await Promise.race([watch.ended, delay(GRACE, null, { ref: false })]));
      if (end?.gone || (end && whole && losses === context.ends.losses)) return;
      log.restart();
    }
    if (watch.end) lastReads += 1;
    output = await readAgain(context, container.id);
    if (!output) return;
  }
}

/** Answers whether the stream came to an end of its own. */
async function pump(source: Readable, log: RunnerLog, watch: Watch): Promise<boolean> {
  const pieces = demultiplex(source);
  let waitingSince = performance.now();
  let writing = false;
  let stuck = false;
  const watchdog = setInterval(() => {
    if (!watch.end || writing || performance.now() - waitingSince < DRAIN) return;
    stuck = true;
    source.destroy();
  }, 1_000);
  try {
    for await (const piece of pieces) {
      writing = true;
      await log.write(piece);
      if (log.full) return true;
      writing = false;
      waitingSince = performance.now();
    }
    return true;
  } catch {
    return stuck;
  } finally {
    clearInterval(watchdog);
    source.destroy();
  }
}

/** The output from its first byte on; null when Docker has none any more. */
async function readAgain(context: RunnerContext, id: string): Promise<Readable | null> {
  const { engine, log } = context;
  try {
    return await untilDockerAnswers(async () => {
      const options = { follow: true, stdout: true, stderr: true } as const;
      return (await engine.streams.getContainer(id).logs(options)) as Readable;
    });
  } catch (error) {
    if (!isNotFound(error)) {
      log.error({ container: id, error: dockerMessage(error) }, 'Output can not be read again');
    }
    return null;
  }
}
