/** What the database takes from an event's content to filter by; names as in `audit_events`. */
export interface AuditColumns {
  id: string;
  /** milliseconds since 1970 */
  time: number;
  type: string;
  category: string;
  severity: string;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  actor_address: string | null;
  resource_type: string | null;
  resource_id: string | null;
  action: string;
  outcome: string;
  correlation_id: string | null;
}

/** Characters of a text that a column holds: an index could not hold much more. */
const LONGEST = 500;

/** The columns as `audit_seal` takes them from a content. @throws Error when it's no event */
export function columnsOf(content: string): AuditColumns {
  const event = objectOf(JSON.parse(content));
  const actor = objectOf(event['actor']);
  const resource = objectOf(event['resource']);
  return {
    id: column(event['id']) ?? '',
    time: Date.parse(column(event['time']) ?? ''),
    type: column(event['type']) ?? '',
    category: column(event['category']) ?? '',
    severity: column(event['severity']) ?? '',
    actor_kind: column(actor['kind']) ?? '',
    actor_id: column(actor['id']) ?? '',
    actor_name: column(actor['name']) ?? '',
    actor_address: column(actor['address']),
    resource_type: column(resource['type']),
    resource_id: column(resource['id']),
    action: column(event['action']) ?? '',
    outcome: column(event['outcome']) ?? '',
    correlation_id: column(event['correlationId']),
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Cut as PostgreSQL's `left` does, by code points. */
function column(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST ? text : [...text].slice(0, LONGEST).join('');
}
