import type { Pool as ConnectionPool } from 'pg';
import { isClosed, REGISTRATION_STATUSES } from '../../domain/registration-status.ts';
import { family, type MetricFamily } from './metric-family.ts';

/** Provisioned runners that are not gone, by status; a status that none has is 0. */
export async function collectRegistrations(connections: ConnectionPool): Promise<MetricFamily[]> {
  const { rows } = await connections.query<{ status: string; count: number }>(
    `SELECT status, count(*)::float AS count FROM registrations
     WHERE removed_at IS NULL GROUP BY status`,
  );
  const counts = new Map(rows.map(({ status, count }) => [status, count]));
  const values = REGISTRATION_STATUSES.filter((status) => !isClosed(status)).map((status) => ({
    labels: { status },
    value: counts.get(status) ?? 0,
  }));
  return [family('gauge', 'runyard_registrations', 'Provisioned runners, by status', values)];
}
