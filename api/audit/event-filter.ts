import type { AuditQuery } from '../schemas/audit.ts';

/** Which events are meant; names as in the query of GET /api/audit/logs. */
export type EventFilter = Partial<Omit<AuditQuery, 'limit' | 'cursor'>> & {
  /** Events below this place in the chain. */
  below?: number | undefined;
  /** Events at this place or above. */
  from?: number | undefined;
  /** By one of these actors, or about one of these users. */
  concerning?: readonly string[] | undefined;
  /** What somebody who watches over security looks at. */
  security?: boolean | undefined;
};

/** Security, authorization, and what failed of authentication. */
const SECURITY = `(category IN ('security', 'authorization')
  OR (category = 'authentication' AND outcome <> 'success'))`;

/** The filter as SQL behind WHERE, and the values of its parameters. */
export function toCondition(filter: EventFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (one: unknown) => `$${values.push(one)}`;
  const conditions: string[] = [];
  const when = <T>(one: T | undefined, condition: (one: T) => string) => {
    if (one !== undefined) conditions.push(condition(one));
  };
  when(filter.below, (one) => `sequence < ${value(one)}`);
  when(filter.from, (one) => `sequence >= ${value(one)}`);
  for (const column of ['type', 'category', 'severity', 'outcome'] as const) {
    when(filter[column], (some) => `${column} = ANY(${value(some)}::text[])`);
  }
  for (const column of ['resource_type', 'resource_id', 'correlation_id'] as const) {
    when(filter[column], (one) => `${column} = ${value(one)}`);
  }
  when(filter.actor, (one) => {
    const actor = value(one);
    return `(actor_id = ${actor} OR actor_name = ${actor})`;
  });
  when(filter.since, (one) => `time >= ${value(new Date(one))}`);
  when(filter.until, (one) => `time < ${value(new Date(one))}`);
  when(filter.text, (one) => `content ILIKE ${value(containing(one))}`);
  when(filter.concerning, (ids) => {
    const some = `ANY(${value(ids)}::text[])`;
    return `(actor_id = ${some} OR (resource_type = 'user' AND resource_id = ${some}))`;
  });
  if (filter.security) conditions.push(SECURITY);
  return { where: conditions.length > 0 ? conditions.join(' AND ') : 'true', values };
}

/** A pattern of LIKE for JSON that holds the text. */
function containing(text: string): string {
  const quoted = JSON.stringify(text).slice(1, -1);
  return `%${quoted.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
