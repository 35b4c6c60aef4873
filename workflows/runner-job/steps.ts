import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Pool } from '../../domain/pool.ts';
import type { ControlActivities } from '../contracts/control-activities.ts';
import type { HostQueueActivities, PoolQueueActivities } from '../contracts/host-activities.ts';
import { hostTaskQueue, poolTaskQueue } from '../contracts/task-queues.ts';

/** How often a container must give a sign of life; a host worker that was killed is noticed by this. */
const HEARTBEAT = '12s';
/** A container's activity outlives its run time-out by the time that stopping and cleaning up may take. */
const AFTER_RUN = 10 * 60_000;

/** Calls to the database: they last milliseconds, and wait out an outage of any length. */
export const records = proxyLocalActivities<
  Pick<ControlActivities, 'admitJob' | 'readRunner' | 'describeJob' | 'finishJob'>
>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/**
 * Calls to GitHub that a claimed slot waits for: half a minute of retries, then the slot goes back
 * and the workflow waits without one.
 */
export const launching = proxyLocalActivities<Pick<ControlActivities, 'mintRunner'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 6 },
});

/** Questions and clean-up at GitHub: nothing waits for them, so they outlast its outages. */
export const github = proxyLocalActivities<
  Pick<ControlActivities, 'askJob' | 'deregisterRunner' | 'cancelRun'>
>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 30 },
});

/** The wait for a slot: the task stays in the pool's queue until a host with room polls it. */
export function claimOn(
  pool: Pool,
  priority: { priorityKey: number; fairnessKey: string },
  runnerName: string,
): PoolQueueActivities {
  return proxyActivities<PoolQueueActivities>({
    taskQueue: poolTaskQueue(pool.name),
    startToCloseTimeout: '15s',
    ...(pool.timeouts.queue > 0 ? { scheduleToStartTimeout: pool.timeouts.queue } : {}),
    // a claim that was granted in the same moment must be known, for it has to be given back
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: { ...priority, fairnessWeight: pool.fairnessWeight },
    retry: { initialInterval: '200ms', maximumInterval: '5s' },
    summary: `a slot for ${runnerName}`,
  });
}

/** The container itself. Attempts end only with the host: each one finds the container by its name. */
export function containerOn(hostId: string, pool: Pool, runnerName: string) {
  return proxyActivities<Pick<HostQueueActivities, 'runContainer'>>({
    taskQueue: hostTaskQueue(hostId),
    scheduleToStartTimeout: pool.timeouts.hostSilence,
    startToCloseTimeout: pool.timeouts.run + AFTER_RUN,
    heartbeatTimeout: HEARTBEAT,
    retry: { initialInterval: '500ms', maximumInterval: '5s' },
    summary: `${runnerName} on ${hostId}`,
  });
}

/** Short errands on a host. A host that is gone doesn't hold up the job for longer than this. */
export function errandsOn(hostId: string, pool: Pool) {
  return proxyActivities<Pick<HostQueueActivities, 'inspectRunner' | 'removeRunner'>>({
    taskQueue: hostTaskQueue(hostId),
    scheduleToStartTimeout: pool.timeouts.hostSilence,
    startToCloseTimeout: pool.timeouts.stop + 60_000,
    retry: { initialInterval: '500ms', maximumInterval: '5s', maximumAttempts: 10 },
  });
}
