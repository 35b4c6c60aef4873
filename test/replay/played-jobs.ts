import { ApplicationFailure } from '@temporalio/common';
import { RATE_LIMITED } from '../../workflows/contracts/control-activities.ts';
import { cancelJob, jobProgressed, runnerTaken } from '../../workflows/contracts/runner-job.ts';
import type { World } from '../../workflows/runner-job.world.ts';

/** A job whose history is kept: what is set up before it starts, and what happens to it. */
interface PlayedJob {
  prepare?(world: World): void;
  /** Resolves when all has been done that lets the workflow end. */
  play(world: World): Promise<void>;
}

/** Every kind of job of which a history is kept, by the name that its file has. */
export const PLAYED_JOBS: Record<string, PlayedJob> = {
  normal: { play: (world) => serveToTheEnd(world) },

  'told-by-the-records': {
    async play(world) {
      const { runnerName, end } = await world.until(() => world.containers[0]);
      world.record = {
        word: { status: 'completed', conclusion: 'success', runnerName },
        job: { status: 'completed', detail: `Ran on ${runnerName}` },
        served: { githubJobId: world.input.githubJobId, owed: false },
      };
      end({});
    },
  },

  'runner-taken': {
    async play(world) {
      const first = await world.until(() => world.containers[0]);
      await takeRunner(world, first.runnerName, false);
      await serveToTheEnd(world, 1);
      first.end({});
    },
  },

  'runner-owed': {
    prepare: (world) => {
      world.pool.timeouts.pickup = 700;
    },
    async play(world) {
      const first = await world.until(() => world.containers[0]);
      await takeRunner(world, first.runnerName, true);
      await serveToTheEnd(world, 1);
      first.end({});
    },
  },

  'served-from-elsewhere': {
    async play(world) {
      const container = await world.until(() => world.containers[0]);
      await hear(world, 'in_progress', 'somebody-else');
      await world.until(() => container.removed);
      await hear(world, 'completed', 'somebody-else');
    },
  },

  'relaunched-after-unused': {
    async play(world) {
      const unused = await world.until(() => world.containers[0]);
      unused.end({ exitCode: 1 });
      await serveToTheEnd(world, 1);
    },
  },

  'cancelled-while-running': {
    async play(world) {
      const { runnerName } = await world.until(() => world.containers[0]);
      await hear(world, 'in_progress', runnerName);
      await world.handle.signal(cancelJob, { by: 'somebody', reason: 'a mistake', scope: 'run' });
    },
  },

  'completed-lost': {
    async play(world) {
      const container = await world.until(() => world.containers[0]);
      const { runnerName } = container;
      await hear(world, 'in_progress', runnerName);
      world.word = { status: 'completed', conclusion: 'failure', runnerName };
      container.end({});
    },
  },

  'rate-limited': {
    prepare: (world) => {
      const until = new Date(Date.now() + 2_000).toISOString();
      world.mintFailures.push(ApplicationFailure.nonRetryable('limit', RATE_LIMITED, until));
    },
    play: (world) => serveToTheEnd(world),
  },
};

async function serveToTheEnd(world: World, index = 0): Promise<void> {
  const container = await world.until(() => world.containers[index]);
  await hear(world, 'in_progress', container.runnerName);
  await hear(world, 'completed', container.runnerName);
  await world.until(() => world.ends.length > 0);
  container.end({});
}

function hear(world: World, status: 'in_progress' | 'completed', runnerName: string) {
  const conclusion = status === 'completed' ? 'success' : null;
  return world.handle.signal(jobProgressed, { status, conclusion, runnerName, recorded: null });
}

function takeRunner(world: World, runnerName: string, owed: boolean) {
  return world.handle.signal(runnerTaken, { runnerName, githubJobId: 99, owed });
}
