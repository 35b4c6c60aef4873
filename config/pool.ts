import type { Pool, PriorityRule } from '../domain/pool.ts';
import type { Settings } from './schema.ts';

/** Image of GitHub's own runner. */
const OFFICIAL_RUNNER_IMAGE = 'ghcr.io/actions/actions-runner:latest';

/** The one pool that the settings describe. */
export function defaultPool(settings: Settings): Pool {
  return {
    name: settings.POOL_NAME,
    labels: settings.POOL_LABELS,
    image: settings.POOL_IMAGE ?? OFFICIAL_RUNNER_IMAGE,
    command: settings.POOL_COMMAND,
    user: settings.POOL_USER,
    scope: settings.POOL_SCOPE,
    runnerGroupId: settings.POOL_RUNNER_GROUP_ID,
    workFolder: settings.POOL_WORK_FOLDER,
    limits: {
      cpus: settings.POOL_CPUS,
      memoryMebibytes: settings.POOL_MEMORY_MIB,
      pids: settings.POOL_PIDS,
    },
    priorityRules: settings.POOL_PRIORITY_RULES as readonly PriorityRule[],
    fairnessWeight: 1,
    timeouts: {
      queue: settings.QUEUE_TIMEOUT,
      pickup: settings.PICKUP_TIMEOUT,
      run: settings.RUN_TIMEOUT,
      stop: settings.STOP_TIMEOUT,
      completionGrace: settings.COMPLETION_GRACE,
      reconcile: settings.RECONCILE_INTERVAL,
      hostSilence: settings.HOST_TIMEOUT,
    },
  };
}
