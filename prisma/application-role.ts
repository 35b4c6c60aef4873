import type { ClientBase } from 'pg';
import type { Database } from './client.ts';

/** The group of what Runyard's processes may do, which isn't to change what the audit log says. */
const APPLICATION_ROLE = 'runyard_application';

/**
 * Has a new connection work as the application's role, for a login that could do more: the owner's,
 * where there is but one. Without the role (it could not be made on that server) nothing is changed.
 * For `onConnect` of a pool, which waits for the promise though its type knows none.
 */
export function becomeApplication(client: ClientBase): unknown {
  return client.query(
    `SELECT set_config('role', rolname, false) FROM pg_roles
      WHERE rolname = $1 AND pg_has_role(oid, 'MEMBER')`,
    [APPLICATION_ROLE],
  );
}

/** True when the database would let these connections change what the audit log says; false if it doesn't tell. */
export async function canChangeAudit(database: Pick<Database, '$queryRaw'>): Promise<boolean> {
  const rows = await database.$queryRaw<{ able: boolean }[]>`
    SELECT has_table_privilege('audit_events', 'UPDATE') AS able`.catch(() => []);
  return rows[0]?.able ?? false;
}
