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
  /** Name of its setting, for the message. */
  setting: string;
  /** 0: any */
  port: number;
  /** The user asked for this very port, so that another one won't do. */
  explicit: boolean;
  host?: string;
}

/**
 * A free port: the one wished for, or the next free one above it.
 *
 * @throws PortTakenError when the user asked for a port by name and it's taken
 */
export async function choosePort({
  setting,
  port,
  explicit,
  host = '127.0.0.1',
}: PortWish): Promise<number> {
  if (port === 0) return getPort({ host });
  if (explicit) {
    const free = await getPort({ port, host });
    if (free !== port) throw new PortTakenError(setting, port);
    return port;
  }
  const candidates = Array.from({ length: 100 }, (_, i) => port + i).filter((p) => p <= 65_535);
  return getPort({ port: candidates, host });
}
