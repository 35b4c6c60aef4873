import { sealAudit } from '../../prisma/audit-seal.ts';
import type { AuditStats } from '../schemas/audit.ts';
import { toCondition } from './event-filter.ts';
import type { AuditReader } from './list-events.ts';

const MOST_ACTORS = 10;

interface CountRow {
  category: string | null;
  severity: string | null;
  outcome: string | null;
  day: string | null;
  count: string;
}

/** Events of a time, counted. */
export async function readStats(
  { connections, database }: AuditReader,
  span: { since?: string | undefined; until?: string | undefined },
): Promise<AuditStats> {
  await sealAudit(database);
  const { where, values } = toCondition(span);
  const [counted, actors] = await Promise.all([
    connections.query<CountRow>(
      `SELECT category, severity, outcome, to_char(day, 'YYYY-MM-DD') AS day, count(*) AS count
        FROM (SELECT category, severity, outcome, (time AT TIME ZONE 'UTC')::date AS day
          FROM audit_events WHERE ${where}) AS event
        GROUP BY GROUPING SETS ((), (category), (severity), (outcome), (day)) ORDER BY day`,
      values,
    ),
    connections.query<{ actor: string; name: string; count: string }>(
      `SELECT actor_id AS actor, max(actor_name) AS name, count(*) AS count
        FROM audit_events WHERE ${where}
        GROUP BY actor_id ORDER BY count DESC, actor_id LIMIT ${MOST_ACTORS}`,
      values,
    ),
  ]);
  const stats: AuditStats = {
    total: 0,
    by_category: {},
    by_severity: {},
    by_outcome: {},
    by_day: [],
    top_actors: actors.rows.map(({ count, ...row }) => ({ ...row, count: Number(count) })),
  };
  for (const { category, severity, outcome, day, ...row } of counted.rows) {
    const count = Number(row.count);
    if (category !== null) stats.by_category[category] = count;
    else if (severity !== null) stats.by_severity[severity] = count;
    else if (outcome !== null) stats.by_outcome[outcome] = count;
    else if (day !== null) stats.by_day.push({ day, count });
    else stats.total = count;
  }
  return stats;
}
