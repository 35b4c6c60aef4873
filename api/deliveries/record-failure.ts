import type { Pool as ConnectionPool } from 'pg';
import { isValueRefused } from '../database.ts';
import type { DeliveryName } from './delivery.ts';

export interface FailedDelivery extends DeliveryName {
  event: string;
  /** JSON, or null where the body is none. */
  payload: string | null;
  statusCode: number;
  error: string;
}

/** What failed before and came again is written over; what was understood before stays. */
const RECORD_FAILURE = `
INSERT INTO deliveries (hook_id, delivery_id, event, payload, status, status_code, error,
  attempts, correlation_id, handled_at)
VALUES ($1, $2, $3, $4::jsonb, 'failed', $5, $6, 1, $2, now())
ON CONFLICT (hook_id, delivery_id) DO UPDATE SET event = excluded.event,
  payload = excluded.payload, status_code = excluded.status_code, error = excluded.error,
  attempts = deliveries.attempts + 1, handled_at = excluded.handled_at
WHERE deliveries.status = 'failed'`;

/** Writes a delivery into the inbox that could not be understood, so that an operator sees it. */
export async function recordFailure(
  connections: ConnectionPool,
  failed: FailedDelivery,
): Promise<void> {
  const write = (payload: string | null) =>
    connections.query({
      name: 'record-failed-delivery',
      text: RECORD_FAILURE,
      values: [
        failed.hookId,
        failed.deliveryId,
        failed.event,
        payload,
        failed.statusCode,
        failed.error.replaceAll('\u0000', '').slice(0, 2000),
      ],
    });
  try {
    await write(failed.payload);
  } catch (error) {
    if (!isValueRefused(error)) throw error;
    await write(null);
  }
}
