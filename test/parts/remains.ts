import Docker from 'dockerode';

const docker = new Docker({ socketPath: '/var/run/docker.sock' });

/** What a host has on the Docker engine: its containers, and how many are attached to its networks. */
export async function remainsOf(
  hostId: string,
): Promise<{ containers: string[]; attached: number }> {
  const filters = { label: [`runyard.host=${hostId}`] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  const details = await Promise.all(
    networks.map((network) => docker.getNetwork(network.Id).inspect()),
  );
  return {
    containers: containers.flatMap((container) => container.Names),
    attached: details.reduce((sum, detail) => sum + Object.keys(detail.Containers ?? {}).length, 0),
  };
}

/** Waits, by Docker's events, until a host has no container left. */
export async function untilNothingRemains(hostId: string, seconds = 60): Promise<void> {
  const events = await docker.getEvents({
    filters: { label: [`runyard.host=${hostId}`], event: ['destroy'] },
  });
  const deadline = setTimeout(
    () => (events as NodeJS.ReadableStream & { destroy(): void }).destroy(),
    seconds * 1000,
  );
  try {
    if ((await remainsOf(hostId)).containers.length === 0) return;
    for await (const _ of events) {
      if ((await remainsOf(hostId)).containers.length === 0) return;
    }
    const { containers } = await remainsOf(hostId);
    if (containers.length > 0)
      throw new Error(`Still there after ${seconds} s: ${containers.join(', ')}`);
  } finally {
    clearTimeout(deadline);
    (events as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }
}

export { docker };
