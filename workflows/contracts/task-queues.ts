/** Workflows and the control worker's own activities. */
export const CONTROL_TASK_QUEUE = 'runyard';

/** Where jobs of a pool wait for capacity; every host that serves the pool polls it. */
export function poolTaskQueue(pool: string): string {
  return `pool/${pool}`;
}

/** What must happen beside one Docker engine. */
export function hostTaskQueue(hostId: string): string {
  return `host/${hostId}`;
}
