import getPort from 'get-port';

/** Someone else listens on a port that was asked for by name. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';

  constructor(setting: string, port: number) {
    super(
      `Port ${port} is taken by another program: end that, or set ${setting} to a free port ` +
        `(${setting}=0 takes any)`,
    );
  }
}

export interface PortWish {
  /** 0: any */
  port: number;
  /** Set when the user asked for this very port, so that another one won't do: the setting's name. */
  setting?: string | undefined;
  /** The port that was used last time, taken again when any would do. */
  last?: number | undefined;
  host?: string | undefined;
}

/**
 * A free port: the one wished for, or the next free one above it.
 *
 * @throws PortTakenError when the user asked for a port by name and it's taken
 */
export async function choosePort({
  port,
  setting,
  last,
  host = '127.0.0.1',
}: PortWish): Promise<number> {
  if (port === 0) return getPort({ host, ...(last === undefined ? {} : { port: last }) });
  if (setting !== undefined) {
    const free = await getPort({ port, host });
    if (free !== port) throw new PortTakenError(setting, port);
    return port;
  }
  const candidates = Array.from({ length: 100 }, (_, i) => port + i).filter((p) => p <= 65_535);
  return getPort({ port: candidates, host });
}

/** Ports of a system; the same ones serve after a restart where they are free. */
export interface Ports {
  api: number;
  temporalUi: number;
  temporal: number;
  temporalMetrics: number;
  postgres: number;
  simulator: number;
  controlMetrics: number;
  hostMetrics: number;
}

/**
 * Chooses all ports of a system.
 *
 * @param last - what a former start of the same data folder chose, if anything
 */
export async function choosePorts(
  wishes: { api: PortWish; temporalUi: PortWish },
  last: Partial<Ports>,
): Promise<Ports> {
  const inner = (name: keyof Ports) => choosePort({ port: 0, last: last[name] });
  // The user's own first: an inner one must not take a port that was asked for by name.
  const api = await choosePort(wishes.api);
  const temporalUi = await choosePort(wishes.temporalUi);
  return {
    api,
    temporalUi,
    temporal: await inner('temporal'),
    temporalMetrics: await inner('temporalMetrics'),
    postgres: await inner('postgres'),
    simulator: await inner('simulator'),
    controlMetrics: await inner('controlMetrics'),
    hostMetrics: await inner('hostMetrics'),
  };
}
