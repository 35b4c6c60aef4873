import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import pRetry from 'p-retry';
import { createClaimActivities, createContainerActivities } from '../../activities/containers.ts';
import { ContainerEnds } from '../../activities/docker/container-ends.ts';
import { createEngine, type Engine } from '../../activities/docker/engine.ts';
import { dockerMessage } from '../../activities/docker/errors.ts';
import type { WorkflowRun } from '../../activities/docker/labels.ts';
import { createHostRecords } from '../../activities/host-records.ts';
import { Images } from '../../activities/images.ts';
import { Networks } from '../../activities/networks.ts';
import { Runners } from '../../activities/runners.ts';
import type { Logger } from '../../config/log.ts';
import { hostCapacity } from '../../domain/host-capacity.ts';
import type { RunnerLimits } from '../../domain/pool.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Database } from '../../prisma/client.ts';
import type { WorkerHealth } from '../metrics-server.ts';
import { HostHeartbeat } from './heartbeat.ts';
import type { HostMetrics } from './metrics.ts';
import { SlotBook } from './slot-book.ts';
import { sweepContainers } from './sweep.ts';
import { startHostWorkers } from './workers.ts';

export interface HostOptions {
  hostId: string;
  hostname: string;
  labels: readonly string[];
  pools: readonly string[];
  /** 0: from cores and memory */
  capacity: number;
  /** What one runner takes, for that reckoning. */
  runnerLimits: RunnerLimits;
  /** Images to have ready. */
  images: readonly string[];
  dockerSocket: string;
  networkRange: string;
  logBytes: number;
  /** milliseconds, as the settings of the same names */
  heartbeat: number;
  hostTimeout: number;
  reservationTimeout: number;
  database: Database;
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
  metrics: HostMetrics;
  log: Logger;
}

export interface HostService {
  health(): WorkerHealth;
  /** Takes no new runner, leaves those that run as they are, and ends. */
  stop(): Promise<void>;
}

/**
 * Brings a host into service: what stands on its engine is taken up or cleared first, then its workers
 * poll. Waits for Docker as long as it takes.
 */
export async function startHostService(options: HostOptions): Promise<HostService> {
  const { hostId, database, metrics, log } = options;
  const engine = createEngine(hostId, options.dockerSocket);
  const networks = new Networks(engine, options.networkRange);
  const machine = await waitForDocker(engine, options.dockerSocket, log);
  const capacity = options.capacity || hostCapacity(machine, options.runnerLimits);
  const records = createHostRecords(database, log);
  const book = new SlotBook({
    capacity,
    reservationTimeout: options.reservationTimeout,
    onChange: () => heartbeat.touch(),
  });
  const heartbeat: HostHeartbeat = new HostHeartbeat({
    records,
    log,
    interval: options.heartbeat,
    load: () => book.load,
    onDraining: (draining) => book.hold('draining', draining),
    description: {
      id: hostId,
      hostname: options.hostname,
      labels: options.labels,
      pools: options.pools,
      capacity,
      cpus: machine.cores,
      memoryBytes: machine.memoryBytes,
      dockerVersion: machine.dockerVersion,
      startedAt: new Date(),
    },
  });
  const ends = new ContainerEnds(engine, log);
  const images = new Images(engine, log);
  const { logBytes } = options;
  const runners = new Runners({
    ...{ engine, ends, networks, images, records, database, slots: book, metrics, log, logBytes },
  });
  metrics.observeSlots(book);
  metrics.observeDocker(() => ends.connected);

  const isWorkflowOpen = workflowQuestion(options);
  const sweep = () =>
    sweepContainers({ engine, book, runners, records, isWorkflowOpen, log }).catch(
      (error: unknown) => log.warn({ error: dockerMessage(error) }, 'A sweep failed'),
    );
  await Promise.all([ends.start(), heartbeat.start()]);
  ends.onConnection((connected) => {
    book.hold('docker', !connected);
    if (connected) void sweep();
    else metrics.dockerLost();
  });
  await pRetry(() => sweepContainers({ engine, book, runners, records, isWorkflowOpen, log }), {
    retries: Number.POSITIVE_INFINITY,
    maxTimeout: 5_000,
  });
  const sweeping = setInterval(() => {
    const left =
      runners.unattended().length > 0 || book.runners.some((name) => !runners.find(name));
    if (left) void sweep();
  }, options.hostTimeout);
  for (const image of options.images) void images.prepare(image);
  book.hold('starting', false);
  const workers = await startHostWorkers({
    ...options,
    book,
    claims: createClaimActivities({ hostId, slots: book }),
    containers: createContainerActivities({ engine, runners, onForsaken: () => void sweep() }),
  });
  log.info({ hostId, capacity, pools: options.pools }, 'The host is in service');
  return {
    health: () => {
      const running = Object.values(workers.states).every((state) => state === 'RUNNING');
      const { load, holds } = book;
      const detail: Record<string, JsonValue> = { capacity, ...load, holds, ...workers.states };
      return { ok: running && ends.connected, docker: ends.connected, ...detail };
    },
    stop: async () => {
      book.hold('stopping', true);
      clearInterval(sweeping);
      workers.stop();
      await workers.done;
      ends.stop();
      book.close();
      await heartbeat.stop();
    },
  };
}

async function waitForDocker(engine: Engine, socket: string, log: Logger) {
  const info = (await pRetry(() => engine.docker.info(), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 250,
    maxTimeout: 5_000,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber % 10 !== 1) return;
      const hint = `Docker does not answer at ${socket}: start it, or set DOCKER_SOCKET`;
      log.warn({ error: dockerMessage(error) }, hint);
    },
  })) as { NCPU: number; MemTotal: number; ServerVersion: string };
  return { cores: info.NCPU, memoryBytes: info.MemTotal, dockerVersion: info.ServerVersion };
}

function workflowQuestion(options: HostOptions): (run: WorkflowRun) => Promise<boolean> {
  const { connection, namespace } = options;
  const client = new Client({ connection, namespace });
  return async ({ workflowId, runId }) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId, runId).describe();
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
}
