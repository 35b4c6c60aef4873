import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { createDataConverter } from '../worker/codec/data-converter.ts';
import { correlateWorkflows } from './correlation.ts';

/** gRPC's codes for a server that isn't there or doesn't answer in time. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

export interface Temporal {
  client: Client;
  /** Runs calls that all give up after some milliseconds. */
  within<Result>(milliseconds: number, calls: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** A client that connects with its first call, so that the API starts and serves without Temporal. */
export function connectTemporal({
  address,
  namespace,
  payloadKeys,
}: {
  address: string;
  namespace: string;
  /** What a workflow answers as a `Secret` is encrypted with them, see PAYLOAD_ENCRYPTION_KEYS. */
  payloadKeys: string;
}): Temporal {
  const connection = Connection.lazy({
    address,
    // The inbox is what tries again: the client's own retries would only hold up the answer to GitHub.
    interceptors: [],
    // Out of the box gRPC waits up to two minutes before it looks again for a server that is back.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    },
  });
  return {
    client: new Client({
      connection,
      namespace,
      dataConverter: createDataConverter(payloadKeys),
      interceptors: { workflow: [correlateWorkflows] },
    }),
    within: (milliseconds, calls) => connection.withDeadline(Date.now() + milliseconds, calls),
    close: () => connection.close(),
  };
}

/** True when a call was not answered within its deadline, whatever the server does with it. */
export function isDeadlineExceeded(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isGrpcServiceError(error)
    ? error.code === DEADLINE_EXCEEDED
    : isDeadlineExceeded(error.cause);
}

/** True when the call failed because Temporal can't be reached, and not because of what was asked. */
export function isTemporalUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isGrpcServiceError(error)) {
    return error.code === UNAVAILABLE || error.code === DEADLINE_EXCEEDED;
  }
  return isTemporalUnreachable(error.cause);
}
