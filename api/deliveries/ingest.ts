import type { Pool as ConnectionPool } from 'pg';
import type { Pool } from '../../domain/pool.ts';
import { matchPool } from '../../domain/pool-match.ts';
import { isDatabaseUnavailable, isDeadlock, isValueRefused } from '../database.ts';
import {
  type ApiError,
  InvalidRequestError,
  MalformedRequestError,
  UnavailableError,
} from '../errors.ts';
import type { WebhookAnswer } from '../schemas/delivery.ts';
import type { DeliveryName, ParsedDelivery } from './delivery.ts';
import type { ImmediateHandOver } from './immediate-hand-over.ts';
import { NotJsonError, parseDelivery, WrongShapeError } from './parse-delivery.ts';
import { type DeliveryRecord, recordDelivery, type RecordedDelivery } from './record-delivery.ts';
import { recordFailure } from './record-failure.ts';

const DEADLOCK_TRIES = 3;

export interface IngestParts {
  connections: ConnectionPool;
  pools: readonly Pool[];
  handOver: ImmediateHandOver;
}

export interface Webhook extends DeliveryName {
  event: string;
  body: Uint8Array;
}

/**
 * Takes in a webhook whose signature was verified: into the inbox. It is handed over to its workflow
 * behind the answer, for which nothing but the inbox counts.
 *
 * @throws ApiError 400 or 422 for a body that isn't what it should be (kept as failed), 503 without
 *   the database (nothing is kept, GitHub has to send it again)
 */
export async function ingest(
  parts: IngestParts,
  webhook: Webhook,
): Promise<{ status: 200 | 202; answer: WebhookAnswer }> {
  const text = decode(webhook.body);
  let parsed: ParsedDelivery;
  try {
    if (text === null) throw new NotJsonError('The body is not UTF-8');
    parsed = parseDelivery(webhook.event, text);
  } catch (error) {
    throw await refuse(parts, webhook, text, error);
  }
  let recorded: RecordedDelivery;
  try {
    recorded = await record(parts, { ...webhook, parsed, payload: text });
  } catch (error) {
    throw isValueRefused(error) ? await refuse(parts, webhook, text, error) : error;
  }
  const { pending } = recorded;
  if (pending) setImmediate(() => parts.handOver.submit(pending));
  return answer(webhook, recorded);
}

/** Writes a delivery into the inbox, with the pools that there are now. */
export async function record(
  { connections, pools }: Pick<IngestParts, 'connections' | 'pools'>,
  delivery: Omit<DeliveryRecord, 'isServed'>,
): Promise<RecordedDelivery> {
  const { job } = delivery.parsed;
  const isServed = job !== null && matchPool(job.labels, pools) !== null;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await recordDelivery(connections, { ...delivery, isServed });
    } catch (error) {
      if (isDeadlock(error) && attempt < DEADLOCK_TRIES) continue;
      if (isDatabaseUnavailable(error)) throw new UnavailableError('database_unavailable', error);
      throw error;
    }
  }
}

function answer(
  { deliveryId }: Webhook,
  { status, workflowId }: RecordedDelivery,
): { status: 200 | 202; answer: WebhookAnswer } {
  const said = { delivery_id: deliveryId, workflow_id: workflowId };
  if (status === 'received') return { status: 202, answer: { status: 'accepted', ...said } };
  const isDuplicate = status === 'handled';
  return { status: 200, answer: { status: isDuplicate ? 'duplicate' : 'ignored', ...said } };
}

function decode(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

/** Keeps what could not be understood, and says what the sender is told of it. */
async function refuse(
  { connections }: IngestParts,
  webhook: Webhook,
  text: string | null,
  error: unknown,
): Promise<ApiError> {
  const refusal = toRefusal(error);
  try {
    await recordFailure(connections, {
      ...webhook,
      payload: error instanceof NotJsonError ? null : text,
      statusCode: refusal.status,
      error: refusal.message,
    });
  } catch (failure) {
    if (isDatabaseUnavailable(failure))
      return new UnavailableError('database_unavailable', failure);
    throw failure;
  }
  return refusal;
}

function toRefusal(error: unknown): ApiError {
  if (error instanceof NotJsonError)
    return new MalformedRequestError('malformed_json', error.message);
  if (error instanceof WrongShapeError) return new InvalidRequestError(error.errors);
  if (isValueRefused(error)) {
    const message = 'holds a character, number or depth that can not be stored';
    return new InvalidRequestError([{ path: 'body', message }]);
  }
  throw error;
}
