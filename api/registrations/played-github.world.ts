import { randomInt } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import {
  recordLook,
  recordRegistration,
  flagRegistration,
} from '../../activities/registration-records.ts';
import { Secret } from '../../domain/secret.ts';
import { createDataConverter } from '../../worker/codec/data-converter.ts';
import { NAME_TAKEN_AT_GITHUB } from '../../workflows/contracts/registration.ts';
import type { RegistrationActivities } from '../../workflows/contracts/registration-activities.ts';
import { type ApiWorld, PAYLOAD_KEYS } from '../api.world.ts';

interface PlayedRunner {
  id: number;
  name: string;
  labels: readonly string[];
  online: boolean;
  busy: boolean;
}

/**
 * The control worker of a test's API, with its real workflows and records; only GitHub is played, so
 * that a test says what it answers.
 */
export class PlayedGithub {
  /** By target and name, `acme mine`. */
  readonly runners = new Map<string, PlayedRunner>();
  /** What registering fails with, in order. */
  readonly failures: ApplicationFailure[] = [];
  /** What looking at a runner, and removing one, fails with as long as it is set. */
  silence: ApplicationFailure | null = null;
  /** Every credential that was handed out. */
  readonly credentials: string[] = [];
  #stop: () => Promise<void> = async () => {};

  /** @param more - activities of other workflows that the test needs */
  static async start(
    world: ApiWorld,
    temporalAddress: string,
    bundlePath: string,
    more: object = {},
  ): Promise<PlayedGithub> {
    const github = new PlayedGithub();
    const connection = await NativeConnection.connect({ address: temporalAddress });
    const worker = await Worker.create({
      connection,
      namespace: 'default',
      taskQueue: world.taskQueue,
      dataConverter: createDataConverter(PAYLOAD_KEYS),
      workflowBundle: { codePath: bundlePath },
      activities: { ...github.#activities(world), ...more },
    });
    const running = worker.run();
    github.#stop = async () => {
      worker.shutdown();
      await running;
      await connection.close();
    };
    return github;
  }

  runner(name: string, target = 'acme'): PlayedRunner {
    const found = this.runners.get(`${target} ${name}`);
    if (!found) throw new Error(`GitHub knows no runner ${name}`);
    return found;
  }

  has(name: string, target = 'acme'): boolean {
    return this.runners.has(`${target} ${name}`);
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  #activities({ records }: ApiWorld): RegistrationActivities {
    return {
      prepareRegistration: async ({ name, target }) => {
        if (this.has(name, target)) {
          throw ApplicationFailure.nonRetryable(`${name} is known`, NAME_TAKEN_AT_GITHUB);
        }
        return { installationId: 99, runnerGroupId: 1 };
      },
      registerAtGithub: async ({ name, target, labels, mode, expiresAt }) => {
        const failure = this.failures.shift();
        if (failure) throw failure;
        const secret = `${mode}-credential-of-${name}-${randomInt(1e9)}`;
        this.credentials.push(secret);
        if (mode === 'registration_token') {
          const credential = { mode, token: secret, expiresAt } as const;
          return new Secret({ githubRunnerId: null, credential });
        }
        const id = randomInt(1e9);
        this.runners.set(`${target} ${name}`, { id, name, labels, online: false, busy: false });
        const credential = { mode, jitConfig: secret, expiresAt } as const;
        return new Secret({ githubRunnerId: id, credential });
      },
      lookAtRunner: async ({ id, name, target }) => {
        if (this.silence) throw this.silence;
        await recordLook(records, id);
        const runner = this.runners.get(`${target} ${name}`);
        return {
          runner: runner ? { ...runner, ephemeral: true, runnerGroupId: 1 } : null,
          budget: null,
        };
      },
      removeRunnerAtGithub: async ({ name, target }) => {
        if (this.silence) throw this.silence;
        const key = `${target} ${name}`;
        if (this.runners.get(key)?.busy) return 'busy';
        return this.runners.delete(key) ? 'removed' : 'absent';
      },
      discardLeftOver: async ({ name, target }) => void this.runners.delete(`${target} ${name}`),
      replaceLabels: async ({ name, target, labels }) => {
        const runner = this.runners.get(`${target} ${name}`);
        if (runner) runner.labels = labels;
      },
      recordRegistration: (change) => recordRegistration(records, change),
      flagRegistration: (flag) => flagRegistration(records, flag),
    };
  }
}
