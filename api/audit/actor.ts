import type { Context } from 'hono';
import type { AuditActor, ToldEvent } from '../../domain/audit/event.ts';
import type { ApiEnvironment } from '../environment.ts';
import { clientAddress } from '../middleware/client-address.ts';

type ApiContext = Context<ApiEnvironment>;

/** Who a request comes from, as the audit log names them: its principal, or nobody that could be told. */
export function actorOf(context: ApiContext): AuditActor {
  const address = clientAddress(context);
  const principal = context.get('principal');
  if (!principal) return { kind: 'anonymous', id: 'anonymous', name: 'Anonymous', address };
  return { kind: principal.kind, id: principal.id, name: principal.name, address };
}

/**
 * What a request did, for `appendAudit`: with who sent it, and the id that ties it to everything else
 * that the request sets off.
 */
export function told(
  context: ApiContext,
  event: Omit<ToldEvent, 'actor' | 'correlationId'>,
): ToldEvent {
  return { ...event, actor: actorOf(context), correlationId: context.get('correlationId') };
}
