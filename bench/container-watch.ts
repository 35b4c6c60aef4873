import { followContainers } from '../test/parts/container-events.ts';

/** When each job's container started and was removed, by Docker's own clock (milliseconds). */
export interface ContainerTimes {
  started: Map<string, number>;
  died: Map<string, number>;
  destroyed: Map<string, number>;
  stop(): void;
}

/** Follows the containers of a host by Docker's events. */
export async function watchContainers(hostId: string): Promise<ContainerTimes> {
  const [started, died, destroyed] = [new Map(), new Map(), new Map()];
  const byAction: Record<string, Map<string, number>> = {
    start: started,
    die: died,
    destroy: destroyed,
  };
  const stop = await followContainers(hostId, Object.keys(byAction), ({ action, labels, at }) =>
    byAction[action]?.set(labels['runyard.job'] ?? '', at),
  );
  return { started, died, destroyed, stop };
}
