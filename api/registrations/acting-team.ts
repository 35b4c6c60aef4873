import type { Principal } from '../../domain/principal.ts';
import type { Database } from '../../prisma/client.ts';
import type { TeamModel } from '../../prisma/generated/models/Team.ts';
import { ApiError, InvalidRequestError } from '../errors.ts';

/** Administrators and operators who see everything act for every team, and at every target. */
export function isUnrestricted({ role, scope }: Principal): boolean {
  return scope === 'all' && (role === 'admin' || role === 'operator');
}

/**
 * The team that somebody acts for: the one they name, else the only one they are in, else none.
 *
 * @param named - null: none is wanted
 * @throws ApiError for a team that the principal isn't in, whether or not there is one of that name;
 * InvalidRequestError where one of several must be named
 */
export async function actingTeam(
  reader: Pick<Database, 'team'>,
  principal: Principal,
  named: string | null | undefined,
): Promise<TeamModel | null> {
  if (named === null) return null;
  if (named === undefined && principal.teams.length > 1 && !isUnrestricted(principal)) {
    throw new InvalidRequestError([
      { path: 'team', message: `must be one of ${principal.teams.join(', ')}, or null for none` },
    ]);
  }
  const name = named ?? (principal.teams.length === 1 ? principal.teams[0] : undefined);
  if (name === undefined) return null;
  if (!isUnrestricted(principal) && !principal.teams.includes(name)) {
    throw new ApiError(403, 'not_a_member', `You are not a member of a team ${name}`, {
      errors: [{ path: 'team', message: 'is not a team that you are a member of' }],
    });
  }
  const team = await reader.team.findUnique({ where: { name } });
  if (!team) throw new InvalidRequestError([{ path: 'team', message: `there is no team ${name}` }]);
  return team;
}
