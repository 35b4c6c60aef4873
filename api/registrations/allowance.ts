import type { Settings } from '../../config/schema.ts';
import { combinePolicies } from '../../domain/label-policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { tightest } from '../../domain/quota.ts';
import { knownTargets } from '../../domain/registration-target.ts';
import type { Database } from '../../prisma/client.ts';
import { readPolicies, teamSubject } from '../label-policies/read-policies.ts';
import type { Allowance } from '../schemas/registration.ts';
import { toLabelPolicyView } from '../views/label-policy-view.ts';
import { actingTeam, isUnrestricted } from './acting-team.ts';
import { readQuotas } from './quotas.ts';

/** Teams of an administrator's choice; more than that nobody picks from a list. */
const MOST_TEAMS = 500;

/**
 * What somebody may be given: the rules that hold, what is used of the quotas, and where to.
 *
 * @param named - the team; left out: the only one, or none
 * @throws ApiError for a team that the principal isn't in
 */
export async function readAllowance(
  { database, settings }: { database: Database; settings: Settings },
  principal: Principal,
  named: string | undefined,
): Promise<Allowance> {
  // Of several teams none is taken here, where a request would have to name one.
  const wanted = named ?? (principal.teams.length > 1 ? null : undefined);
  const team = await actingTeam(database, principal, wanted);
  const who = { owner: principal.id, team: team?.name ?? null };
  const policies = await readPolicies(database, settings, who);
  const quotas = await readQuotas(database, who, policies);
  const shown = tightest(quotas);
  const effective = {
    ...combinePolicies(policies),
    maxRunners: shown?.maxRunners ?? null,
    maxRunnersPerHour: shown?.maxRunnersPerHour ?? null,
  };
  return {
    team: who.team,
    teams: await teamsFor(database, principal),
    policy: toLabelPolicyView(team ? teamSubject(team.name) : principal.id, effective, null),
    used: { runners: shown?.used.runners ?? 0, last_hour: shown?.used.lastHour ?? 0 },
    quotas: quotas.map(({ of, name, maxRunners, maxRunnersPerHour, used }) => ({
      of,
      name,
      max_runners: maxRunners,
      max_runners_per_hour: maxRunnersPerHour,
      runners: used.runners,
      last_hour: used.lastHour,
    })),
    targets: knownTargets({ team, shared: settings.REGISTRATION_TARGETS }),
  };
}

async function teamsFor(database: Database, principal: Principal): Promise<string[]> {
  if (!isUnrestricted(principal)) return [...principal.teams];
  const rows = await database.team.findMany({
    select: { name: true },
    orderBy: { name: 'asc' },
    take: MOST_TEAMS,
  });
  return rows.map(({ name }) => name);
}
