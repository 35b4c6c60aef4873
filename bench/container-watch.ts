import { docker } from './bare-docker.ts';

/** When each job's container started and was removed, by Docker's own clock (milliseconds). */
export interface ContainerTimes {
  started: Map<string, number>;
  died: Map<string, number>;
  destroyed: Map<string, number>;
  stop(): void;
}

/** Follows the containers of a host by Docker's events. */
export async function watchContainers(hostId: string): Promise<ContainerTimes> {
  const times: ContainerTimes = {
    started: new Map(),
    died: new Map(),
    destroyed: new Map(),
    stop: () => events.destroy(),
  };
  const byAction: Record<string, Map<string, number>> = {
    start: times.started,
    die: times.died,
    destroy: times.destroyed,
  };
  const events = (await docker.getEvents({
    filters: {
      type: ['container'],
      label: [`runyard.host=${hostId}`],
      event: Object.keys(byAction),
    },
  })) as NodeJS.ReadableStream & { destroy(): void };
  let rest = '';
  events.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((one) => one !== '')) {
      const { Action, Actor, timeNano } = JSON.parse(line) as {
        Action: string;
        Actor: { Attributes: Record<string, string> };
        timeNano: number;
      };
      byAction[Action]?.set(Actor.Attributes['runyard.job'] ?? '', timeNano / 1e6);
    }
  });
  return times;
}
