import { allows, PERMISSIONS, type Principal } from '../../domain/principal.ts';
import type { Database } from '../../prisma/client.ts';
import type { Profile } from '../schemas/auth.ts';

/** A principal as it's told about itself. */
export async function profileOf(
  database: Database,
  principal: Principal,
  sessionExpiresAt: Date | undefined,
): Promise<Profile> {
  const user =
    principal.userId === null
      ? null
      : await database.user.findUnique({ where: { id: principal.userId } });
  return {
    id: principal.id,
    username: user?.username ?? null,
    name: principal.name,
    email: user?.email ?? null,
    role: principal.role,
    scope: principal.scope,
    teams: [...principal.teams],
    permissions: PERMISSIONS.filter((permission) => allows(principal, permission)),
    kind: principal.kind,
    session_expires_at: sessionExpiresAt?.toISOString() ?? null,
    has_password: user !== null && user.passwordHash !== null,
  };
}
