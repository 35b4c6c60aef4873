import { randomUUID } from 'node:crypto';
import {
  Client,
  Connection,
  WithStartWorkflowOperation,
  type WorkflowHandle,
} from '@temporalio/client';
import { WorkflowIdConflictPolicy } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { SeenRunner } from '../domain/registration-check.ts';
import { Secret } from '../domain/secret.ts';
import { createDataConverter } from '../worker/codec/data-converter.ts';
import { registerSearchAttributes } from '../worker/control/search-attributes.ts';
import {
  deleteRegistration,
  type DeletionResult,
  PROVISION_UPDATE_ID,
  provisionRunner,
  refreshRegistration,
  type RegistrationInput,
  type RegistrationState,
  registrationWorkflowId,
  RUNNER_REGISTRATION,
  type RunnerCredential,
} from './contracts/registration.ts';
import type {
  FlaggedRunner,
  RegistrationActivities,
  RegistrationChange,
} from './contracts/registration-activities.ts';
import { KEYS } from './runner-job.world.ts';

export const CREDENTIAL = 'the-credential-of-a-provisioned-runner';
const HOUR = 3_600_000;

/** Everything around a `runnerRegistration`, played by the test on a real Temporal server. */
export class RegistrationWorld {
  readonly id = randomUUID();
  readonly changes: RegistrationChange[] = [];
  readonly flags: FlaggedRunner[] = [];
  readonly calls: string[] = [];
  /** The runner as GitHub shows it; null: it knows none. */
  runner: SeenRunner | null = null;
  /** Failures of the next steps, by activity. */
  readonly failures = new Map<keyof RegistrationActivities, Error[]>();
  /** GitHub lets go of no runner that is at work. */
  holdsBusy = true;
  /** The runner is online as soon as it's registered. */
  isQuick = false;
  /** The record is open. */
  isOpen = true;
  readonly input: RegistrationInput = {
    id: this.id,
    name: `runner-${this.id.slice(0, 8)}`,
    target: 'acme/web',
    installationId: 0,
    labels: ['self-hosted', 'gpu'],
    runnerGroup: 'Default',
    mode: 'jit',
    ephemeral: true,
    owner: 'user:ada',
    team: 'blue',
    correlationId: 'c',
    expiresAt: new Date(Date.now() + HOUR).toISOString(),
    times: {
      // the tests say when to look, by `refresh`
      poll: { pending: HOUR, online: HOUR, busy: HOUR, offline: HOUR },
      confirm: 50,
      provision: 5_000,
      stale: HOUR,
    },
  };
  readonly #watchers = new Set<() => void>();
  #stopWorker: () => Promise<void> = async () => {};
  client!: Client;
  handle!: WorkflowHandle;
  /** Of the first call. */
  provisioned!: Promise<Secret<RunnerCredential>>;

  /** Starts a worker, and the workflow as the API does. */
  static async start(
    temporalAddress: string,
    bundlePath: string,
    prepare: (world: RegistrationWorld) => void = () => {},
  ): Promise<RegistrationWorld> {
    const world = new RegistrationWorld();
    prepare(world);
    const connection = await NativeConnection.connect({ address: temporalAddress });
    await registerSearchAttributes(connection, 'default');
    const dataConverter = createDataConverter(KEYS);
    const worker = await Worker.create({
      connection,
      namespace: 'default',
      dataConverter,
      taskQueue: world.#taskQueue,
      workflowBundle: { codePath: bundlePath },
      activities: { ...world.#activities() },
    });
    const running = worker.run();
    const clientConnection = await Connection.connect({ address: temporalAddress });
    world.client = new Client({ connection: clientConnection, dataConverter });
    world.handle = world.client.workflow.getHandle(registrationWorkflowId(world.id));
    world.provisioned = world.provision();
    world.provisioned.catch(() => {});
    world.#stopWorker = async () => {
      worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
    };
    return world;
  }

  provision(): Promise<Secret<RunnerCredential>> {
    return this.client.workflow.executeUpdateWithStart(provisionRunner, {
      updateId: PROVISION_UPDATE_ID,
      startWorkflowOperation: new WithStartWorkflowOperation(RUNNER_REGISTRATION, {
        workflowId: registrationWorkflowId(this.id),
        taskQueue: this.#taskQueue,
        args: [this.input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      }),
    });
  }

  refresh(): Promise<RegistrationState> {
    return this.handle.executeUpdate(refreshRegistration);
  }

  delete(force = false): Promise<DeletionResult> {
    return this.handle.executeUpdate(deleteRegistration, { args: [{ force }] });
  }

  /** GitHub shows a runner from now on, as it was granted but for what is said. */
  shows(more: Partial<SeenRunner> = {}): void {
    this.runner = {
      id: 101,
      online: true,
      busy: false,
      labels: this.input.labels,
      ephemeral: this.input.ephemeral,
      runnerGroupId: 1,
      ...this.runner,
      ...more,
    };
  }

  /** Statuses as they were recorded, each once. */
  get statuses(): string[] {
    const all = this.changes.map(({ status }) => status);
    return all.filter((status, index) => status !== all[index - 1]);
  }

  until<T>(find: () => T | undefined | false | null): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined || found === false || found === null) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    const { status } = await this.handle.describe();
    if (status.name === 'RUNNING') await this.handle.terminate();
    await this.#stopWorker();
  }

  get #taskQueue(): string {
    return `registration-${this.id}`;
  }

  #happened(activity: keyof RegistrationActivities, more = ''): void {
    this.calls.push(`${activity}${more}`);
    for (const look of this.#watchers) look();
    const failure = this.failures.get(activity)?.shift();
    if (failure) throw failure;
  }

  #activities(): RegistrationActivities {
    return {
      prepareRegistration: async () => {
        this.#happened('prepareRegistration');
        return { installationId: 7, runnerGroupId: 1 };
      },
      registerAtGithub: async ({ mode, expiresAt }) => {
        this.#happened('registerAtGithub');
        if (mode === 'jit') {
          this.shows({ online: this.isQuick });
          const credential = { mode, jitConfig: CREDENTIAL, expiresAt };
          return new Secret({ githubRunnerId: this.runner?.id ?? 0, credential });
        }
        return new Secret({
          githubRunnerId: null,
          credential: { mode, token: CREDENTIAL, expiresAt },
        });
      },
      lookAtRunner: async ({ githubRunnerId }) => {
        this.#happened('lookAtRunner');
        const isOther = githubRunnerId !== null && githubRunnerId !== this.runner?.id;
        return { runner: isOther ? null : this.runner, budget: null };
      },
      removeRunnerAtGithub: async () => {
        this.#happened('removeRunnerAtGithub');
        if (!this.runner) return 'absent';
        if (this.runner.busy && this.holdsBusy) return 'busy';
        this.runner = null;
        return 'removed';
      },
      discardLeftOver: async () => this.#happened('discardLeftOver'),
      replaceLabels: async ({ labels }) => {
        this.#happened('replaceLabels', ` ${labels.join()}`);
        if (this.runner) this.runner = { ...this.runner, labels };
      },
      recordRegistration: async (change) => {
        if (this.isOpen) this.changes.push(change);
        this.#happened('recordRegistration', ` ${change.status}`);
        return this.isOpen;
      },
      flagRegistration: async (flag) => {
        this.flags.push(flag);
        this.#happened('flagRegistration');
      },
    };
  }
}
