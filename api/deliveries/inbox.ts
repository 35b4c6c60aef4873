import type { Pool as ConnectionPool } from 'pg';
import { z } from 'zod';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { DeliveryWhereInput } from '../../prisma/generated/models/Delivery.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { INTERNAL_HOOK } from '../jobs/retry-job.ts';
import type { Delivery, DeliveryDetail } from '../schemas/delivery.ts';
import type { deliveryQuerySchema } from '../schemas/delivery.ts';
import { toDelivery } from '../views/delivery-view.ts';
import { type IngestParts, record } from './ingest.ts';
import { parseDelivery, WrongShapeError } from './parse-delivery.ts';

const cursorSchema = z.tuple([z.int().min(0)]);

/** One page of the inbox, the latest first. */
export async function listDeliveries(
  database: Database,
  query: z.output<typeof deliveryQuerySchema>,
): Promise<{ items: Delivery[]; next_cursor: string | null }> {
  const { limit = 50, cursor, status, event, repository, delivery_id: deliveryId } = query;
  const where: DeliveryWhereInput = {
    hookId: { not: INTERNAL_HOOK },
    ...(status ? { status: { in: status } } : {}),
    ...(event === undefined ? {} : { event }),
    ...(repository === undefined ? {} : { repository }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(cursor === undefined ? {} : { id: { lt: decodeCursor(cursorSchema, cursor)[0] } }),
  };
  const rows = await database.delivery.findMany({
    where,
    omit: { payload: true },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(toDelivery),
    next_cursor: rows.length > limit && last ? encodeCursor([Number(last.id)]) : null,
  };
}

/** @throws NotFoundError */
export async function getDelivery(database: Database, id: string): Promise<DeliveryDetail> {
  const row = /^\d{1,15}$/.test(id)
    ? await database.delivery.findUnique({
        where: { id: BigInt(id), hookId: { not: INTERNAL_HOOK } },
      })
    : null;
  if (!row) throw new NotFoundError('such delivery');
  return { ...toDelivery(row), payload: row.payload };
}

/**
 * Handles a delivery again, as if GitHub had just sent it, once that is audited.
 *
 * @param told - the event `delivery.replayed`
 * @throws NotFoundError, ConflictError when its payload is gone or was never understood
 */
export async function replayDelivery(
  parts: IngestParts & { database: Database },
  id: string,
  told: ToldEvent,
): Promise<{ status: 'accepted' | 'ignored'; delivery: Delivery }> {
  const found = await getDelivery(parts.database, id);
  const payload = await payloadText(parts.connections, found.id);
  if (payload === null) {
    throw new ConflictError('payload_gone', 'The payload of this delivery is not kept any more');
  }
  const parsed = parseAgain(found.event, payload);
  await appendAudit(parts.database, told);
  const recorded = await record(parts, {
    hookId: found.hook_id,
    deliveryId: found.delivery_id,
    parsed,
    payload,
    replay: true,
  });
  if (recorded.pending) parts.handOver.submit(recorded.pending);
  const delivery = await getDelivery(parts.database, id);
  const { payload: _, ...shown } = delivery;
  return { status: recorded.status === 'received' ? 'accepted' : 'ignored', delivery: shown };
}

function parseAgain(event: string, payload: string) {
  try {
    return parseDelivery(event, payload);
  } catch (error) {
    if (!(error instanceof WrongShapeError)) throw error;
    throw new ConflictError('not_replayable', `The payload is not understood: ${error.message}`);
  }
}

/** As text, so that it is understood by the same code as when it came. */
async function payloadText(connections: ConnectionPool, id: number): Promise<string | null> {
  const { rows } = await connections.query<{ payload: string | null }>(
    'SELECT payload::text AS payload FROM deliveries WHERE id = $1',
    [id],
  );
  return rows[0]?.payload ?? null;
}
