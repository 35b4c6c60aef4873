import type { DeliveryModel } from '../../prisma/generated/models/Delivery.ts';
import type { Delivery } from '../schemas/delivery.ts';

/** A row of the inbox as the API shows it, without its payload. */
export function toDelivery(row: Omit<DeliveryModel, 'payload'>): Delivery {
  return {
    id: Number(row.id),
    hook_id: row.hookId,
    delivery_id: row.deliveryId,
    event: row.event,
    action: row.action,
    repository: row.repository,
    repository_id: row.repositoryId === null ? null : Number(row.repositoryId),
    ref: row.ref,
    head_commit: row.headCommit,
    status: row.status as Delivery['status'],
    status_code: row.statusCode,
    error: row.error,
    workflow_id: row.workflowId,
    attempts: row.attempts,
    correlation_id: row.correlationId,
    received_at: row.receivedAt.toISOString(),
    handled_at: row.handledAt?.toISOString() ?? null,
  };
}
