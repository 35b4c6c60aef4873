import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import {
  GITHUB_UNAVAILABLE,
  NAME_TAKEN_AT_GITHUB,
  registrationSeen,
} from '../../workflows/contracts/registration.ts';
import type { RegistrationWorld } from '../../workflows/runner-registration.world.ts';

/** A registration whose history is kept. */
interface PlayedRegistration {
  prepare?(world: RegistrationWorld): void;
  /** Resolves when all has been done that lets the workflow end; with a run that is to be kept instead. */
  play(world: RegistrationWorld): Promise<WorkflowHandle | void>;
}

/** Every kind of registration of which a history is kept, by the name that its file has. */
export const PLAYED_REGISTRATIONS: Record<string, PlayedRegistration> = {
  ephemeral: {
    async play(world) {
      await world.provisioned;
      world.shows({ online: true });
      await world.refresh();
      await hear(world, 'busy', 5);
      world.runner = null;
      await hear(world, 'idle', 5);
    },
  },

  refused: {
    prepare: (world) => fail(world, 'prepareRegistration', NAME_TAKEN_AT_GITHUB),
    play: (world) => world.provisioned.then(undefined, () => {}) as Promise<void>,
  },

  'answer-lost': {
    prepare: (world) => fail(world, 'registerAtGithub', GITHUB_UNAVAILABLE),
    async play(world) {
      await world.provisioned;
      await world.delete();
    },
  },

  expired: {
    prepare: (world) => {
      world.input.expiresAt = new Date(Date.now() + 1_500).toISOString();
    },
    async play(world) {
      await world.provisioned;
    },
  },

  'labels-exceeded': {
    prepare: withToken,
    async play(world) {
      await world.provisioned;
      world.shows({ busy: true, labels: ['self-hosted', 'production'] });
      await world.refresh();
      world.shows({ busy: false });
      await world.refresh();
      world.shows({ id: 102, labels: ['self-hosted', 'gpu'] });
      await world.refresh();
      await world.delete();
    },
  },

  stale: {
    prepare: (world) => {
      withToken(world);
      world.input.times.stale = 500;
    },
    async play(world) {
      await world.provisioned;
      world.shows({ online: true });
      await world.refresh();
      world.shows({ online: false });
      await world.refresh();
    },
  },

  'deleted-by-force': {
    prepare: (world) => {
      withToken(world);
      world.input.times.poll.busy = 200;
    },
    async play(world) {
      await world.provisioned;
      world.shows({ busy: true });
      await world.refresh();
      await world.delete();
      await world.delete(true);
      world.shows({ busy: false });
    },
  },

  'github-away': {
    async play(world) {
      await world.provisioned;
      fail(world, 'lookAtRunner', GITHUB_UNAVAILABLE);
      await world.refresh().catch(() => {});
      world.shows({ online: true });
      await world.refresh();
      await world.delete();
    },
  },

  cancelled: {
    async play(world) {
      await world.provisioned;
      world.shows({ online: true });
      await world.refresh();
      await world.handle.cancel();
    },
  },

  continued: {
    prepare: withToken,
    async play(world) {
      await world.provisioned;
      world.shows({ online: true });
      await world.refresh();
      const { runId } = await world.handle.describe();
      const first = world.client.workflow.getHandle(world.handle.workflowId, runId);
      for (let job = 0; job < 520; job += 1) {
        await Promise.all([hear(world, 'busy', job), hear(world, 'idle', job)]);
      }
      await world.refresh();
      await world.delete();
      return first;
    },
  },
};

function withToken(world: RegistrationWorld): void {
  world.input.mode = 'registration_token';
  world.input.ephemeral = false;
}

function fail(
  world: RegistrationWorld,
  activity: 'prepareRegistration' | 'registerAtGithub' | 'lookAtRunner',
  type: string,
): void {
  const failure = ApplicationFailure.create({
    ...{ message: 'as played', type },
    nonRetryable: activity !== 'registerAtGithub',
  });
  world.failures.set(activity, [failure]);
}

function hear(world: RegistrationWorld, state: 'busy' | 'idle', githubJobId: number) {
  return world.handle.signal(registrationSeen, { state, githubJobId });
}
