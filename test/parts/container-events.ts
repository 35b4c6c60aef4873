import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { docker } from './remains.ts';

/** One of Docker's events of a container. */
export interface ContainerEvent {
  action: string;
  containerId: string;
  labels: Record<string, string>;
  /** milliseconds, by Docker's clock */
  at: number;
}

/**
 * Follows the containers of a host by Docker's own events.
 *
 * @param actions - such as `start`, `die`, `destroy`
 * @returns how to stop
 */
export async function followContainers(
  hostId: string,
  actions: readonly string[],
  onEvent: (event: ContainerEvent) => void,
): Promise<() => void> {
  const events = (await docker.getEvents({
    filters: { type: ['container'], label: [`runyard.host=${hostId}`], event: [...actions] },
  })) as Readable;
  createInterface({ input: events }).on('line', (line) => {
    const { Action, Actor, timeNano } = JSON.parse(line) as {
      Action: string;
      Actor: { ID: string; Attributes: Record<string, string> };
      timeNano: number;
    };
    onEvent({
      ...{ action: Action, containerId: Actor.ID, labels: Actor.Attributes },
      at: timeNano / 1e6,
    });
  });
  return () => events.destroy();
}
