import { z } from 'zod';
import type { MemberKind } from '../../domain/team-membership.ts';
import type { Database } from '../../prisma/client.ts';
import type { LabelPolicyModel } from '../../prisma/generated/models/LabelPolicy.ts';
import type { TeamInclude, TeamModel } from '../../prisma/generated/models/Team.ts';
import type { TeamMemberModel } from '../../prisma/generated/models/TeamMember.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { NotFoundError } from '../errors.ts';
import { teamSubject } from '../label-policies/read-policies.ts';
import type { paginationSchema } from '../schemas/common.ts';
import type { Member, Team, TeamPage } from '../schemas/team.ts';
import { toStoredPolicyView } from '../views/label-policy-view.ts';

type Reader = Pick<Database, 'team' | 'labelPolicy'>;
type TeamWithMembers = TeamModel & { members: TeamMemberModel[] };

const include = {
  members: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
} satisfies TeamInclude;
const cursorSchema = z.tuple([z.string().max(100)]);

/** One page of teams by name. */
export async function listTeams(
  reader: Reader,
  { limit = 50, cursor }: z.output<typeof paginationSchema>,
): Promise<TeamPage> {
  const rows = await reader.team.findMany({
    where: cursor === undefined ? {} : { name: { gt: decodeCursor(cursorSchema, cursor)[0] } },
    orderBy: { name: 'asc' },
    take: limit + 1,
    include,
  });
  const page = rows.slice(0, limit);
  const policies = await reader.labelPolicy.findMany({
    where: { subject: { in: page.map(({ name }) => teamSubject(name)) } },
  });
  const last = page.at(-1);
  return {
    items: page.map((row) =>
      toTeam(row, policies.find(({ subject }) => subject === teamSubject(row.name)) ?? null),
    ),
    next_cursor: rows.length > limit && last ? encodeCursor([last.name]) : null,
  };
}

/** @throws NotFoundError */
export async function getTeam(reader: Reader, name: string): Promise<Team> {
  const row = await reader.team.findUnique({ where: { name }, include });
  if (!row) throw new NotFoundError(`team ${name}`);
  const subject = teamSubject(name);
  return toTeam(row, await reader.labelPolicy.findUnique({ where: { subject } }));
}

function toTeam(row: TeamWithMembers, policy: LabelPolicyModel | null): Team {
  return {
    name: row.name,
    description: row.description,
    repositories: row.repositories,
    target: row.target,
    members: row.members.map(toMember),
    policy: policy && toStoredPolicyView(policy),
    created_at: row.createdAt.toISOString(),
  };
}

export function toMember({ id, kind, issuer, claim, value }: TeamMemberModel): Member {
  return {
    id,
    kind: kind as MemberKind,
    issuer: issuer === '' ? null : issuer,
    claim: claim === '' ? null : claim,
    value,
  };
}
