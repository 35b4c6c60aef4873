import type { Delivery } from '../entities.ts';
import { githubTime } from './time.ts';

/** A delivery as lists show it. */
export function deliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: githubTime(delivery.deliveredAt ?? delivery.createdAt),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.milliseconds / 10) / 100,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** A delivery in full. */
export function deliveryShape(
  delivery: Delivery,
  sent: { url: string; headers: Record<string, string>; payload: unknown },
) {
  return {
    ...deliveryItem(delivery),
    url: sent.url,
    request: { headers: sent.headers, payload: sent.payload },
    response: { headers: {}, payload: delivery.response },
  };
}

/** True when the receiver took it. */
export function succeeded(delivery: Delivery): boolean {
  return delivery.statusCode >= 200 && delivery.statusCode < 400;
}
