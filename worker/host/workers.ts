import { setTimeout as delay } from 'node:timers/promises';
import type { DataConverter } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from '../../config/log.ts';
import type {
  HostQueueActivities,
  PoolQueueActivities,
} from '../../workflows/contracts/host-activities.ts';
import { hostTaskQueue, poolTaskQueue } from '../../workflows/contracts/task-queues.ts';
import { correlateActivity } from '../correlation.ts';
import type { SlotBook } from './slot-book.ts';
import { PoolSlotSupplier } from './slot-supplier.ts';

/** Room on the host's own queue beside its runners: errands, and runners that wait for a slot. */
const ERRANDS = 50;
/** milliseconds between heartbeats that reach the server; a cancellation comes back with one */
const HEARTBEAT_INTERVAL = 3_000;

export interface HostWorkersOptions {
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
  hostId: string;
  pools: readonly string[];
  book: SlotBook;
  claims: PoolQueueActivities;
  containers: HostQueueActivities;
  log: Logger;
}

export interface HostWorkers {
  /** State of each worker, by its task queue. */
  readonly states: Record<string, string>;
  /** Settles once all have ended after {@link HostWorkers.stop}. */
  readonly done: Promise<void>;
  stop(): void;
}

/**
 * One worker for the queue of each pool, and one for the host's own. A worker that fails is replaced,
 * with growing pauses, until all are stopped. Answers once each of them has begun for the first time.
 */
export async function startHostWorkers(options: HostWorkersOptions): Promise<HostWorkers> {
  const stopped = new AbortController();
  const states: Record<string, string> = {};
  const begun: Promise<void>[] = [];
  const running: Promise<void>[] = [];
  const keep = (taskQueue: string, create: () => Promise<KeptWorker>) => {
    const log = options.log.child({ taskQueue });
    const first = new Promise<void>((resolve) => {
      const onState = (state: string) => {
        states[taskQueue] = state;
        if (state === 'RUNNING') resolve();
      };
      running.push(keepWorking({ create, signal: stopped.signal, log, onState }));
    });
    begun.push(first);
  };
  for (const pool of options.pools) {
    const taskQueue = poolTaskQueue(pool);
    keep(taskQueue, () => createPoolWorker(options, taskQueue));
  }
  keep(hostTaskQueue(options.hostId), () => createHostWorker(options));
  await Promise.all(begun);
  const done = Promise.all(running).then(() => {});
  return { states, done, stop: () => stopped.abort() };
}

interface KeptWorker {
  worker: Worker;
  /** Gives back what the worker has left when it has ended. */
  close: () => void;
}

async function createPoolWorker(
  options: HostWorkersOptions,
  taskQueue: string,
): Promise<KeptWorker> {
  const supplier = new PoolSlotSupplier(options.book, taskQueue);
  const worker = await Worker.create({
    ...common(options),
    taskQueue,
    activities: { ...options.claims },
    // one task at a time is asked for: each poll stands for a free slot
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    tuner: {
      activityTaskSlotSupplier: supplier,
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 2 },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
  });
  return { worker, close: () => supplier.close() };
}

async function createHostWorker(options: HostWorkersOptions): Promise<KeptWorker> {
  const worker = await Worker.create({
    ...common(options),
    taskQueue: hostTaskQueue(options.hostId),
    activities: { ...options.containers },
    maxConcurrentActivityTaskExecutions: 2 * options.book.capacity + ERRANDS,
    maxConcurrentActivityTaskPolls: 2,
    maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL,
  });
  return { worker, close: () => {} };
}

function common({ connection, namespace, dataConverter, hostId }: HostWorkersOptions) {
  return {
    connection,
    namespace,
    dataConverter,
    identity: `host/${hostId}@${process.pid}`,
    interceptors: { activity: [correlateActivity] },
    // containers outlive their worker: there is nothing to wait for
    shutdownGraceTime: 0,
    shutdownForceTime: 5_000,
  } satisfies Partial<WorkerOptions>;
}

async function keepWorking(options: {
  create: () => Promise<KeptWorker>;
  signal: AbortSignal;
  log: Logger;
  onState: (state: string) => void;
}): Promise<void> {
  const { create, signal, log, onState } = options;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const { worker, close } = await create();
      const shutdown = () => worker.shutdown();
      try {
        const running = worker.run();
        signal.addEventListener('abort', shutdown, { once: true });
        if (signal.aborted) shutdown();
        onState('RUNNING');
        await running;
      } finally {
        signal.removeEventListener('abort', shutdown);
        close();
      }
    } catch (error) {
      if (!signal.aborted)
        log.error({ error: String(error) }, 'A worker has failed; starting it anew');
    }
    onState('STOPPED');
    const pause = Math.min(10_000, 500 * 2 ** Math.min(failures, 5));
    if (!signal.aborted) await delay(pause, undefined, { signal }).catch(() => {});
  }
}
