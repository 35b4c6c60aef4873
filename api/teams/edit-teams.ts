import type { Context } from 'hono';
import type { TeamModel } from '../../prisma/generated/models/Team.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { policyDeleted } from '../label-policies/edit-policies.ts';
import { teamSubject } from '../label-policies/read-policies.ts';
import { lockTeam, type Transaction } from '../registrations/locks.ts';
import type { TeamChange, TeamRequest } from '../schemas/team.ts';

type ApiContext = Context<ApiEnvironment>;

/** @throws ConflictError when a team has that name */
export async function createTeam(
  database: Database,
  context: ApiContext,
  request: TeamRequest,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const [created] = await transaction.team.createManyAndReturn({
      data: [request],
      skipDuplicates: true,
    });
    if (!created) {
      throw new ConflictError(
        'team_exists',
        `There is a team ${request.name} already: change it with PATCH`,
      );
    }
    await appendAudit(
      transaction,
      told(context, {
        type: 'team.created',
        action: 'create',
        resource: { type: 'team', id: created.name },
        details: { before: null, after: details(created) },
      }),
    );
  });
}

/** Changes what the request names. @throws NotFoundError */
export async function changeTeam(
  database: Database,
  context: ApiContext,
  name: string,
  request: TeamChange,
): Promise<void> {
  const { description, repositories, target } = request;
  await database.$transaction(async (transaction) => {
    const before = await lockedTeam(transaction, name);
    const after = await transaction.team.update({
      where: { id: before.id },
      data: {
        ...(description === undefined ? {} : { description }),
        ...(repositories === undefined ? {} : { repositories }),
        ...(target === undefined ? {} : { target }),
        updatedAt: new Date(),
      },
    });
    await appendAudit(
      transaction,
      told(context, {
        type: 'team.updated',
        action: 'update',
        resource: { type: 'team', id: name },
        details: { before: details(before), after: details(after) },
      }),
    );
  });
}

/**
 * Deletes a team with its members and its policy.
 *
 * @throws NotFoundError; ConflictError while it has runners
 */
export async function deleteTeam(
  database: Database,
  context: ApiContext,
  name: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    // Nobody is given a runner for the team meanwhile.
    await lockTeam(transaction, name);
    const team = await lockedTeam(transaction, name);
    const live = await transaction.registration.count({ where: { team: name, removedAt: null } });
    if (live > 0) {
      const runners = live === 1 ? '1 runner' : `${live} runners`;
      throw new ConflictError(
        'team_in_use',
        `The team ${name} has ${runners}: delete them first (GET /api/v1/runners?team=${name} lists them)`,
      );
    }
    const subject = teamSubject(name);
    const policy = await transaction.labelPolicy.findUnique({ where: { subject } });
    const members = await transaction.teamMember.count({ where: { teamId: team.id } });
    await transaction.labelPolicy.deleteMany({ where: { subject } });
    await transaction.team.delete({ where: { id: team.id } });
    await appendAudit(
      transaction,
      ...(policy ? [policyDeleted(context, policy)] : []),
      told(context, {
        type: 'team.deleted',
        action: 'delete',
        resource: { type: 'team', id: name },
        details: { before: { ...details(team), members }, after: null },
      }),
    );
  });
}

/** The team, held until the transaction ends. @throws NotFoundError */
export async function lockedTeam(transaction: Transaction, name: string): Promise<TeamModel> {
  const [found] = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM teams WHERE name = ${name} FOR UPDATE`;
  if (!found) throw new NotFoundError(`team ${name}`);
  return transaction.team.findUniqueOrThrow({ where: { id: found.id } });
}

function details({ description, repositories, target }: TeamModel) {
  return { description, repositories, target };
}
