import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { ContainerEnds } from '../../activities/docker/container-ends.ts';
import { createEngine } from '../../activities/docker/engine.ts';
import { LABELS } from '../../activities/docker/labels.ts';
import { createHostRecords } from '../../activities/host-records.ts';
import { Images } from '../../activities/images.ts';
import { Networks } from '../../activities/networks.ts';
import type { RunRequest } from '../../activities/runner-context.ts';
import { RunnerRun } from '../../activities/runner-run.ts';
import { Runners } from '../../activities/runners.ts';
import { createLog } from '../../config/log.ts';
import { Secret } from '../../domain/secret.ts';
import type { Database } from '../../prisma/client.ts';
import { createHostMetrics } from '../../worker/host/metrics.ts';
import { SlotBook } from '../../worker/host/slot-book.ts';
import type {
  ContainerOutcome,
  RunContainerInput,
} from '../../workflows/contracts/host-activities.ts';
import { BUSYBOX_IMAGE, ensureBusyboxImage } from './busybox-image.ts';

const docker = new Docker();

/** The settings of one test runner: what a shell does with the JIT configuration it has read. */
export interface TestRunner {
  name?: string;
  script?: string;
  jitConfig?: string;
  attempt?: number;
  input?: Partial<RunContainerInput>;
  image?: string;
}

/** A host on the real engine without any worker; `socket` may lead through a relay. */
export async function createRunnerWorld(
  database: Database,
  options: { socket?: string; capacity?: number; hostId?: string; logBytes?: number } = {},
) {
  await ensureBusyboxImage(docker);
  const hostId = options.hostId ?? `test-${randomUUID().slice(0, 8)}`;
  const log = createLog('test', 'silent');
  const engine = createEngine(hostId, options.socket ?? '/var/run/docker.sock');
  const slots = new SlotBook({
    capacity: options.capacity ?? 10,
    reservationTimeout: 60_000,
    onChange: () => {},
  });
  slots.hold('starting', false);
  const ends = new ContainerEnds(engine, log);
  await ends.start();
  const metrics = createHostMetrics(hostId);
  const runners = new Runners({
    engine,
    ends,
    slots,
    metrics,
    database,
    log,
    networks: new Networks(engine, '10.215.0.0/16'),
    images: new Images(engine, log),
    records: createHostRecords(database, log),
    logBytes: options.logBytes ?? 1_000_000,
  });
  const own = { label: [`${LABELS.host}=${hostId}`] };
  const request = (runner: TestRunner = {}): RunRequest => {
    const runnerName = runner.name ?? `ry-test-${randomUUID().slice(0, 8)}`;
    const input: RunContainerInput = {
      jobId: '7-1',
      repositoryId: 7,
      repository: 'octo/repository',
      runnerName,
      pool: {
        name: 'test',
        image: runner.image ?? BUSYBOX_IMAGE,
        command: ['/bin/sh', '-c', `IFS= read -r jit; ${runner.script ?? 'exit 0'}`],
        user: '1001',
        limits: { cpus: 0.5, memoryMebibytes: 32, pids: 32 },
      },
      runTimeout: 600_000,
      pickupTimeout: 0,
      stopTimeout: 1_000,
      correlationId: 'test',
      ...runner.input,
    };
    const jitConfig = runner.jitConfig ?? 'aml0LWNvbmZpZ3VyYXRpb24=';
    return {
      input,
      minted: new Secret({ runnerId: 1, runnerName, jitConfig }),
      owner: { workflowId: 'job/7/1', runId: randomUUID() },
      attempt: runner.attempt ?? 1,
    };
  };
  return {
    hostId,
    engine,
    ends,
    slots,
    runners,
    metrics,
    request,
    /** Launches a runner; fails where there is an outcome from before. */
    run: (runner?: TestRunner): { name: string; run: RunnerRun } => {
      const made = request(runner);
      const run = runners.run(made);
      if (!(run instanceof RunnerRun)) throw new Error('The runner has ended before');
      return { name: made.input.runnerName, run };
    },
    outcome: async (runner?: TestRunner): Promise<ContainerOutcome> => {
      const run = runners.run(request(runner));
      return run instanceof RunnerRun ? run.outcome : run;
    },
    containers: () => docker.listContainers({ all: true, filters: own }),
    output: async (name: string): Promise<string> => {
      const rows = await database.runnerLogChunk.findMany({
        where: { runnerName: name },
        orderBy: { sequence: 'asc' },
      });
      return rows.map(({ text }) => text).join('');
    },
    /** Removes everything that this host has made. */
    async close(): Promise<void> {
      ends.stop();
      slots.close();
      for (const { Id } of await docker.listContainers({ all: true, filters: own })) {
        await docker
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => {});
      }
      for (const { Id } of await docker.listNetworks({ filters: own })) {
        await docker.getNetwork(Id).remove();
      }
    },
  };
}

export type RunnerWorld = Awaited<ReturnType<typeof createRunnerWorld>>;
