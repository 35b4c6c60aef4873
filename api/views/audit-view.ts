import { z } from 'zod';
import type { AuditEventView } from '../schemas/audit.ts';

/** A row of `audit_events`, as {@link AUDIT_COLUMNS} selects it. */
export interface AuditRow {
  sequence: string;
  content: string;
  prev_hash: Buffer;
  hash: Buffer;
  id: string;
  time: Date;
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

export const AUDIT_COLUMNS = `sequence, content, prev_hash, hash, id, time, type, category, severity,
  actor_kind, actor_id, actor_name, actor_address, resource_type, resource_id, action, outcome,
  correlation_id`;

/** What only the content has whole: columns hold at most 500 characters of a text. */
const contentSchema = z.object({
  actor: z.object({ id: z.string(), name: z.string() }),
  resource: z.object({ type: z.string(), id: z.string() }).nullable(),
  details: z.record(z.string(), z.unknown()),
});

/** An event as the API shows it; also one whose content somebody has spoilt, which verifying tells of. */
export function toAuditEvent(row: AuditRow): AuditEventView {
  const content = contentOf(row.content);
  const { resource_type: type, resource_id: id } = row;
  return {
    sequence: Number(row.sequence),
    id: row.id,
    time: row.time.toISOString(),
    type: row.type,
    category: row.category,
    severity: row.severity,
    actor: {
      kind: row.actor_kind,
      id: content?.actor.id ?? row.actor_id,
      name: content?.actor.name ?? row.actor_name,
      address: row.actor_address,
    },
    resource: content ? content.resource : type === null ? null : { type, id: id ?? '' },
    action: row.action,
    outcome: row.outcome,
    details: content?.details ?? {},
    correlation_id: row.correlation_id,
    prev_hash: row.prev_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}

function contentOf(text: string): z.output<typeof contentSchema> | null {
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
