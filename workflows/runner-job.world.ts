import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { GithubWord } from '../domain/launches.ts';
import type { Pool } from '../domain/pool.ts';
import { Secret } from '../domain/secret.ts';
import { createDataConverter } from '../worker/codec/data-converter.ts';
import { registerSearchAttributes } from '../worker/control/search-attributes.ts';
import type { ControlActivities, JobEnd, RunnerRecord } from './contracts/control-activities.ts';
import type {
  ContainerOutcome,
  HostQueueActivities,
  PoolQueueActivities,
} from './contracts/host-activities.ts';
import { jobWorkflowId } from './contracts/ids.ts';
import { type RunnerJobInput, RUNNER_JOB } from './contracts/runner-job.ts';
import { hostTaskQueue, poolTaskQueue } from './contracts/task-queues.ts';

/** Payload keys of the played world, and of the histories saved from it. */
export const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;
export const JIT_CONFIG = 'the-jit-configuration-of-a-runner';

/** One container that a test plays. */
export interface PlayedContainer {
  runnerName: string;
  removed: boolean;
  end(outcome: Partial<ContainerOutcome>): void;
}

/**
 * Everything around a `runnerJob`, played by the test on a real Temporal server: a host that grants
 * slots, containers that end when the test says so, GitHub's answers, and the record of the job.
 */
export class World {
  readonly id = randomUUID().slice(0, 8);
  readonly containers: PlayedContainer[] = [];
  readonly ends: JobEnd[] = [];
  readonly calls: string[] = [];
  /** GitHub's answer when asked. */
  word: GithubWord | null = { status: 'queued', conclusion: null, runnerName: null };
  /** What the records say when a container is over; webhooks that did not come as signals. */
  record: RunnerRecord = {
    word: { status: 'queued', conclusion: null, runnerName: null },
    job: { status: 'waiting', detail: '' },
    served: null,
  };
  attempts = 0;
  /** Set to fail the next launches. */
  readonly mintFailures: Error[] = [];
  readonly containerFailures: Error[] = [];
  /** Runners that are at work, as the host sees it. */
  readonly busy = new Set<string>();
  /** Runners whose containers have ended, though nobody beside them has told so yet. */
  readonly ended = new Set<string>();
  /** Whether slots are granted from the start. */
  grantsSlots = true;
  /** Begins to grant slots. */
  grantSlots: () => Promise<void> = async () => {};
  readonly pool: Pool = {
    name: `p-${this.id}`,
    labels: ['self-hosted'],
    image: 'demo',
    command: ['/runner'],
    user: '1001',
    scope: 'repository',
    runnerGroupId: 1,
    workFolder: '_work',
    limits: { cpus: 1, memoryMebibytes: 64, pids: 64 },
    priorityRules: [],
    fairnessWeight: 1,
    timeouts: {
      queue: 0,
      pickup: 60_000,
      run: 60_000,
      stop: 300,
      completionGrace: 200,
      reconcile: 300,
      hostSilence: 2_000,
    },
  };
  readonly input: RunnerJobInput = {
    id: `1-${Date.now()}`,
    githubJobId: Date.now(),
    runId: 5,
    repositoryId: 1,
    repository: 'acme/web',
    installationId: 1,
    labels: ['self-hosted'],
    branch: 'main',
    event: 'push',
    source: 'webhook',
    correlationId: 'c',
  };
  readonly #watchers = new Set<() => void>();
  #stopWorkers: () => Promise<void> = async () => {};
  client!: Client;
  handle!: WorkflowHandle;

  /** Starts workers and the workflow. */
  static async start(
    temporalAddress: string,
    bundlePath: string,
    prepare: (world: World) => void = () => {},
  ): Promise<World> {
    const world = new World();
    prepare(world);
    const connection = await NativeConnection.connect({ address: temporalAddress });
    await registerSearchAttributes(connection, 'default');
    const dataConverter = createDataConverter(KEYS);
    const common = { connection, namespace: 'default', dataConverter };
    const control = await Worker.create({
      ...common,
      taskQueue: `control-${world.id}`,
      workflowBundle: { codePath: bundlePath },
      activities: { ...world.#control() },
    });
    const host = await Worker.create({
      ...common,
      taskQueue: hostTaskQueue(world.hostId),
      activities: { ...world.#hostQueue() },
    });
    const workers = [control, host];
    const running = workers.map((worker) => worker.run());
    world.grantSlots = async () => {
      const worker = await Worker.create({
        ...common,
        taskQueue: poolTaskQueue(world.pool.name),
        activities: { ...world.#poolQueue() },
      });
      workers.push(worker);
      running.push(worker.run());
    };
    if (world.grantsSlots) await world.grantSlots();
    const clientConnection = await Connection.connect({ address: temporalAddress });
    world.client = new Client({ connection: clientConnection, dataConverter });
    world.handle = await world.client.workflow.start(RUNNER_JOB, {
      workflowId: jobWorkflowId(world.input.id),
      taskQueue: `control-${world.id}`,
      args: [world.input],
    });
    world.#stopWorkers = async () => {
      for (const container of world.containers) container.end({});
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await clientConnection.close();
      await connection.close();
    };
    return world;
  }

  get hostId(): string {
    return `h-${this.id}`;
  }

  /** Waits for something that the played parts do; every call of theirs looks again. */
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
    await this.#stopWorkers();
  }

  #happened(call: string): void {
    this.calls.push(call);
    for (const look of this.#watchers) look();
  }

  #control(): ControlActivities {
    return {
      admitJob: async ({ repositoryId }) => ({
        decision: 'admitted',
        pool: this.pool,
        priority: 3,
        fairnessKey: String(repositoryId),
        word: { status: 'queued', conclusion: null, runnerName: null },
        attempts: this.attempts,
      }),
      mintRunner: async ({ runnerName }) => {
        const failure = this.mintFailures.shift();
        this.#happened(`mint ${runnerName}`);
        if (failure) throw failure;
        return new Secret({
          runnerId: this.containers.length + 1,
          runnerName,
          jitConfig: JIT_CONFIG,
        });
      },
      readRunner: async ({ runnerName }) => {
        this.#happened(`read ${runnerName}`);
        return this.record;
      },
      askJob: async () => {
        this.#happened('ask');
        return this.word;
      },
      deregisterRunner: async ({ runnerName }) => {
        this.#happened(`deregister ${runnerName}`);
        return 'removed';
      },
      cancelRun: async () => this.#happened('cancel run'),
      describeJob: async ({ detail }) => this.#happened(`describe ${detail}`),
      finishJob: async (end) => {
        this.ends.push(end);
        this.#happened(`finish ${end.status}`);
        return end;
      },
    };
  }

  #poolQueue(): PoolQueueActivities {
    return {
      claimHost: async ({ runnerName }) => {
        this.#happened(`claim ${runnerName}`);
        return { hostId: this.hostId };
      },
    };
  }

  #hostQueue(): HostQueueActivities {
    return {
      runContainer: async ({ runnerName }, minted) => {
        const failure = this.containerFailures.shift();
        if (failure) throw failure;
        if (minted.reveal().jitConfig !== JIT_CONFIG)
          throw ApplicationFailure.nonRetryable('No JIT');
        return new Promise<ContainerOutcome>((resolve) => {
          const container: PlayedContainer = {
            runnerName,
            removed: false,
            end: (outcome) => {
              const at = new Date().toISOString();
              resolve({ result: 'exited', exitCode: 0, startedAt: at, removedAt: at, ...outcome });
            },
          };
          this.containers.push(container);
          this.#happened(`run ${runnerName}`);
        });
      },
      inspectRunner: async ({ runnerName }) => {
        this.#happened(`inspect ${runnerName}`);
        if (this.ended.has(runnerName)) return { state: 'absent' };
        return { state: this.busy.has(runnerName) ? 'busy' : 'idle' };
      },
      removeRunner: async ({ runnerName, onlyIfIdle }) => {
        this.#happened(`remove ${runnerName}`);
        if (onlyIfIdle && (this.busy.has(runnerName) || this.ended.has(runnerName))) {
          return { result: 'busy' };
        }
        const container = this.containers.find((one) => one.runnerName === runnerName);
        if (!container) return { result: 'absent' };
        container.removed = true;
        container.end({ exitCode: 137 });
        this.#happened(`removed ${runnerName}`);
        return { result: 'removed' };
      },
    };
  }
}
