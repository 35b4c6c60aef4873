import type { LabelPolicy } from '../../domain/label-policy.ts';
import { limitsOf, type Quota, type RunnerCount } from '../../domain/quota.ts';
import type { Database } from '../../prisma/client.ts';

interface CountRow {
  runners: number;
  last_hour: number;
  hour_frees_at: Date | null;
}

/** Every limit that holds for somebody, with what is used of it. */
export async function readQuotas(
  reader: Pick<Database, '$queryRaw'>,
  who: { owner: string; team: string | null },
  policies: { own: LabelPolicy | null; team: LabelPolicy | null; default: LabelPolicy },
): Promise<Quota[]> {
  const limits = limitsOf(policies);
  const owner = toCount(
    await reader.$queryRaw<CountRow[]>`
      SELECT count(*) FILTER (WHERE removed_at IS NULL)::int AS runners,
        count(*) FILTER (WHERE created_at > now() - interval '1 hour')::int AS last_hour,
        min(created_at) FILTER (WHERE created_at > now() - interval '1 hour')
          + interval '1 hour' AS hour_frees_at
      FROM registrations WHERE owner = ${who.owner}
        AND (removed_at IS NULL OR created_at > now() - interval '1 hour')`,
  );
  const quotas: Quota[] = [{ of: 'owner', name: who.owner, ...limits.owner, used: owner }];
  if (who.team !== null) {
    const team = toCount(
      await reader.$queryRaw<CountRow[]>`
        SELECT count(*) FILTER (WHERE removed_at IS NULL)::int AS runners,
          count(*) FILTER (WHERE created_at > now() - interval '1 hour')::int AS last_hour,
          min(created_at) FILTER (WHERE created_at > now() - interval '1 hour')
            + interval '1 hour' AS hour_frees_at
        FROM registrations WHERE team = ${who.team}
          AND (removed_at IS NULL OR created_at > now() - interval '1 hour')`,
    );
    quotas.push({ of: 'team', name: who.team, ...limits.team, used: team });
  }
  return quotas;
}

function toCount([row]: CountRow[]): RunnerCount {
  return {
    runners: row?.runners ?? 0,
    lastHour: row?.last_hour ?? 0,
    hourFreesAt: row?.hour_frees_at?.getTime() ?? null,
  };
}
