import { WorkflowNotFoundError } from '@temporalio/client';
import type { Context } from 'hono';
import type { Principal } from '../../domain/principal.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import {
  deleteRegistration,
  refreshRegistration,
  registrationWorkflowId,
} from '../../workflows/contracts/registration.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, ConflictError } from '../errors.ts';
import { explainFailure } from './workflow-failure.ts';

type Parts = Pick<Dependencies, 'database' | 'temporal'>;
type ApiContext = Context<ApiEnvironment>;

/** Milliseconds that comparing with GitHub, or removing a runner there, may take. */
const DEADLINE = 25_000;

/**
 * Compares a runner with GitHub now. One that is gone stays as it was recorded.
 *
 * @throws ApiError when GitHub can't be asked; Temporal's errors
 */
export async function refresh(
  { database, temporal }: Parts,
  context: ApiContext,
  row: RegistrationModel,
): Promise<RegistrationModel> {
  if (row.removedAt !== null) return row;
  await appendAudit(
    database,
    told(context, {
      type: 'registration.synced',
      action: 'refresh',
      resource: { type: 'registration', id: row.id },
      details: { name: row.name, target: row.target },
    }),
  );
  try {
    await temporal.within(DEADLINE, () =>
      temporal.client.workflow
        .getHandle(registrationWorkflowId(row.id))
        .executeUpdate(refreshRegistration),
    );
  } catch (error) {
    // One without a workflow is over, whatever its record says.
    if (!(error instanceof WorkflowNotFoundError)) throw explainFailure(error, row).failure;
  }
  return database.registration.findUniqueOrThrow({ where: { id: row.id } });
}

/**
 * Removes a runner at GitHub and closes its record; done before, it is done.
 *
 * @param force - also while it runs a job; for administrators
 * @throws ConflictError while it runs a job; ApiError 403 for the force of others; Temporal's errors
 */
export async function remove(
  { database, temporal }: Parts,
  context: ApiContext,
  principal: Principal,
  row: RegistrationModel,
  force: boolean,
): Promise<void> {
  if (force && principal.role !== 'admin') {
    await context.get('refused')?.({
      type: 'permission.denied',
      action: 'delete',
      resource: { type: 'registration', id: row.id },
      details: { reason: 'force_not_allowed', name: row.name },
    });
    throw new ApiError(
      403,
      'force_not_allowed',
      'Only an administrator removes a runner by force: wait for its job to end',
    );
  }
  if (row.removedAt !== null) return;
  const event = {
    type: 'registration.deleted',
    action: 'delete',
    resource: { type: 'registration', id: row.id },
  } as const;
  const details = { name: row.name, target: row.target, owner: row.owner, team: row.team, force };
  // Said before it is done; what then fails is said as well.
  await appendAudit(database, told(context, { ...event, details }));
  const tellFailure = (reason: string) =>
    appendAudit(
      database,
      told(context, { ...event, outcome: 'failure', details: { ...details, reason } }),
    );
  try {
    const result = await temporal.within(DEADLINE, () =>
      temporal.client.workflow
        .getHandle(registrationWorkflowId(row.id))
        .executeUpdate(deleteRegistration, { args: [{ force }] }),
    );
    if (result !== 'busy') return;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) {
      await tellFailure(error instanceof Error ? error.name : 'unknown');
      throw explainFailure(error, row).failure;
    }
    // It never got a workflow, or that has ended: only the record is left.
    await close(database, row.id);
    return;
  }
  await tellFailure('busy');
  throw new ConflictError(
    'runner_busy',
    `The runner ${row.name} runs a job: wait until that is over, or cancel it at GitHub`,
  );
}

async function close(database: Database, id: string): Promise<void> {
  await database.registration.updateMany({
    where: { id, removedAt: null },
    data: { status: 'deleted', removedAt: new Date(), detail: 'Deleted on request' },
  });
}
