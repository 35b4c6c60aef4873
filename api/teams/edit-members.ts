import type { Context } from 'hono';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { Member, MemberRequest } from '../schemas/team.ts';
import { lockedTeam } from './edit-teams.ts';
import { toMember } from './read-teams.ts';

type ApiContext = Context<ApiEnvironment>;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws NotFoundError for a team that there isn't; ConflictError for who is a member already */
export async function addMember(
  database: Database,
  context: ApiContext,
  name: string,
  { kind, issuer, claim, value }: MemberRequest,
): Promise<Member> {
  return database.$transaction(async (transaction) => {
    const team = await lockedTeam(transaction, name);
    const [added] = await transaction.teamMember.createManyAndReturn({
      data: [
        {
          teamId: team.id,
          kind,
          issuer: issuer ?? '',
          claim: claim ?? '',
          // Usernames and addresses are compared without case, so they're kept without it.
          value: kind === 'user' || kind === 'email' ? value.toLowerCase() : value,
        },
      ],
      skipDuplicates: true,
    });
    if (!added) {
      throw new ConflictError('member_exists', `The team ${name} has this member already`);
    }
    const member = toMember(added);
    const { id: _, ...details } = member;
    await appendAudit(
      transaction,
      told(context, {
        type: 'team.member_added',
        action: 'add_member',
        resource: { type: 'team', id: name },
        details: { before: null, after: details },
      }),
    );
    return member;
  });
}

/** @throws NotFoundError for a team or member that there isn't */
export async function removeMember(
  database: Database,
  context: ApiContext,
  name: string,
  id: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const team = await lockedTeam(transaction, name);
    const row = ID.test(id)
      ? await transaction.teamMember.findFirst({ where: { id, teamId: team.id } })
      : null;
    if (!row) throw new NotFoundError(`such member of the team ${name}`);
    await transaction.teamMember.delete({ where: { id } });
    const { id: _, ...details } = toMember(row);
    await appendAudit(
      transaction,
      told(context, {
        type: 'team.member_removed',
        action: 'remove_member',
        resource: { type: 'team', id: name },
        details: { before: details, after: null },
      }),
    );
  });
}
