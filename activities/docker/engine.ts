import Docker from 'dockerode';
import pLimit, { type LimitFunction } from 'p-limit';

/** Launches and removals at once: dockerd is fastest so, and slower with more. */
const CONCURRENCY = 4;
/** milliseconds; an engine that has not answered by then is asked again */
const CALL_TIMEOUT = 60_000;

/** One Docker engine, as its host worker uses it. */
export interface Engine {
  hostId: string;
  /** For calls that answer at once. */
  docker: Docker;
  /** For what may take as long as it takes: attached streams, events, stops, pulls. */
  streams: Docker;
  /** Bounds how many launches and removals the engine does at once. */
  limit: LimitFunction;
}

/** Does not connect yet: each call does. */
export function createEngine(hostId: string, socketPath: string): Engine {
  // An explicit host keeps the client from following DOCKER_HOST instead of the socket it was given.
  const address = { socketPath, host: undefined };
  return {
    hostId,
    docker: new Docker({ ...address, timeout: CALL_TIMEOUT }),
    streams: new Docker(address),
    limit: pLimit(CONCURRENCY),
  };
}
