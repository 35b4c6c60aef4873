import {
  AUDIT_EVENT_TYPES,
  type AuditCategory,
  type AuditEventType,
  type AuditSeverity,
} from './event-types.ts';

/** Who did it. */
export interface AuditActor {
  /** `system`: Runyard itself; `github`: a webhook; `anonymous`: nobody that could be told */
  kind: 'session' | 'api_token' | 'oidc' | 'system' | 'github' | 'anonymous';
  id: string;
  name: string;
  /** null where it came over no network */
  address: string | null;
}

/** What it was done to. */
export interface AuditResource {
  /** Such as `job`, `user`, `registration`. */
  type: string;
  id: string;
}

export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };
export type AuditDetails = { readonly [name: string]: AuditValue };

/** One act by anyone, or one decision by the system. */
export interface AuditEvent {
  /** UUID */
  id: string;
  /** RFC 3339 */
  time: string;
  type: AuditEventType;
  category: AuditCategory;
  severity: AuditSeverity;
  actor: AuditActor;
  resource: AuditResource | null;
  /** A verb, such as `create`. */
  action: string;
  outcome: 'success' | 'failure' | 'denied';
  details: AuditDetails;
  correlationId: string | null;
}

/** What the writer of an event says; the catalogue knows category and severity. */
export type ToldEvent = Pick<AuditEvent, 'type' | 'actor' | 'action'> &
  Partial<Pick<AuditEvent, 'resource' | 'outcome' | 'details' | 'correlationId'>> & {
    /** A UUID of the writer's own, where it may run twice: of events with one id the first is kept. */
    id?: string;
  };

/** Runyard itself. */
export const SYSTEM_ACTOR: AuditActor = {
  kind: 'system',
  id: 'runyard',
  name: 'Runyard',
  address: null,
};

/** An event made whole. @param id - a new UUID @param time - RFC 3339 */
export function auditEvent(told: ToldEvent, id: string, time: string): AuditEvent {
  const { category, severity } = AUDIT_EVENT_TYPES[told.type];
  const { type, actor, action } = told;
  return {
    id,
    time,
    type,
    category,
    severity,
    actor,
    resource: told.resource ?? null,
    action,
    outcome: told.outcome ?? 'success',
    details: told.details ?? {},
    correlationId: told.correlationId ?? null,
  };
}
