import type { LabelPolicy } from './label-policy.ts';

/** How many runners somebody may have; null: no limit. */
export type Limits = Pick<LabelPolicy, 'maxRunners' | 'maxRunnersPerHour'>;

/** How many runners somebody has. */
export interface RunnerCount {
  /** From its reservation until it is removed or has expired, a runner counts. */
  runners: number;
  /** Given within the last 60 minutes, whatever became of them. */
  lastHour: number;
  /** When the first of `lastHour` leaves it, milliseconds since the epoch; null where there's none. */
  hourFreesAt: number | null;
}

/** Limits of one person or team, and what is used of them. */
export interface Quota extends Limits {
  of: 'owner' | 'team';
  /** The person's id, or the team's name. */
  name: string;
  used: RunnerCount;
}

/** One limit that another runner would exceed. */
export interface QuotaRefusal {
  of: Quota['of'];
  name: string;
  limit: 'runners' | 'runners_per_hour';
  maximum: number;
  used: number;
  /** Says what is full, and what helps. */
  message: string;
}

/**
 * The limits that hold, of the policies that concern a request. A person's count holds all their
 * runners, those for teams too; a team's all of its members' runners for it. The default policy
 * limits whoever has neither a policy of their own nor acts for a team that has one.
 */
export function limitsOf(policies: { own: Limits | null; team: Limits | null; default: Limits }): {
  owner: Limits;
  team: Limits;
} {
  const none: Limits = { maxRunners: null, maxRunnersPerHour: null };
  return {
    owner: policies.own ?? (policies.team ? none : policies.default),
    team: policies.team ?? none,
  };
}

/** Every limit that one more runner would exceed; none: it may be had. */
export function quotaRefusals(quotas: readonly Quota[]): QuotaRefusal[] {
  return quotas.flatMap((quota) => {
    const { of, name, used, maxRunners, maxRunnersPerHour } = quota;
    const whose = of === 'owner' ? 'You have' : `The team ${name} has`;
    const found: QuotaRefusal[] = [];
    if (maxRunners !== null && used.runners >= maxRunners) {
      found.push({
        of,
        name,
        limit: 'runners',
        maximum: maxRunners,
        used: used.runners,
        message: `${whose} ${used.runners} of at most ${maxRunners} runners: delete one that is not needed`,
      });
    }
    if (maxRunnersPerHour !== null && used.lastHour >= maxRunnersPerHour) {
      const when =
        used.hourFreesAt === null ? '' : ` at ${new Date(used.hourFreesAt).toISOString()}`;
      const remedy =
        maxRunnersPerHour === 0
          ? 'ask an administrator for a higher limit'
          : `the next is free${when}`;
      found.push({
        of,
        name,
        limit: 'runners_per_hour',
        maximum: maxRunnersPerHour,
        used: used.lastHour,
        message: `${whose} been given ${used.lastHour} of at most ${maxRunnersPerHour} runners within an hour: ${remedy}`,
      });
    }
    return found;
  });
}

/** The quota that leaves the least room, for showing one where several hold. */
export function tightest(quotas: readonly Quota[]): Quota | null {
  const [first = null, ...others] = quotas;
  return others.reduce(
    (least, quota) => (least && room(least) <= room(quota) ? least : quota),
    first,
  );
}

function room({ maxRunners, maxRunnersPerHour, used }: Quota): number {
  return Math.min(
    maxRunners === null ? Number.POSITIVE_INFINITY : maxRunners - used.runners,
    maxRunnersPerHour === null ? Number.POSITIVE_INFINITY : maxRunnersPerHour - used.lastHour,
  );
}
