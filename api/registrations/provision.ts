import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Context } from 'hono';
import { registrationTimes } from '../../config/registration.ts';
import type { RegistrationMode } from '../../domain/registration-status.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import {
  PROVISION_UPDATE_ID,
  provisionRunner,
  registrationWorkflowId,
  RUNNER_REGISTRATION,
  type RegistrationInput,
  type RunnerCredential,
} from '../../workflows/contracts/registration.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { explainFailure } from './workflow-failure.ts';

/** Milliseconds beyond what provisioning itself may take. */
const MARGIN = 5_000;

type Parts = Pick<Dependencies, 'database' | 'settings' | 'temporal' | 'taskQueue'>;

/**
 * Has a reserved runner registered at GitHub by its workflow, which looks after it from then on. Where
 * that fails the reservation is given up.
 *
 * @returns what the runner registers with; it is kept nowhere
 * @throws ApiError that says what GitHub has against it, or what can't be reached
 */
export async function registerReserved(
  parts: Parts,
  context: Context<ApiEnvironment>,
  row: RegistrationModel,
): Promise<RunnerCredential> {
  const { settings, temporal, taskQueue } = parts;
  const startWorkflowOperation = new WithStartWorkflowOperation(RUNNER_REGISTRATION, {
    workflowId: registrationWorkflowId(row.id),
    taskQueue,
    args: [toInput(row, registrationTimes(settings))],
    // The id is new: whatever runs under it is this very request, sent twice by the network.
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
  });
  try {
    const credential = await temporal.within(settings.REGISTRATION_PROVISION_TIMEOUT + MARGIN, () =>
      temporal.client.workflow.executeUpdateWithStart(provisionRunner, {
        updateId: PROVISION_UPDATE_ID,
        startWorkflowOperation,
      }),
    );
    return credential.reveal();
  } catch (error) {
    const { failure, isFromWorkflow } = explainFailure(error, row);
    // A workflow that says no has closed the record by itself.
    if (!isFromWorkflow) await giveUp(parts, context, row);
    throw failure;
  }
}

function toInput(row: RegistrationModel, times: RegistrationInput['times']): RegistrationInput {
  return {
    id: row.id,
    name: row.name,
    target: row.target,
    installationId: Number(row.installationId),
    labels: row.labels,
    runnerGroup: row.runnerGroup,
    mode: row.mode as RegistrationMode,
    ephemeral: row.ephemeral,
    owner: row.owner,
    team: row.team,
    correlationId: row.correlationId,
    expiresAt: row.expiresAt.toISOString(),
    times,
  };
}

/**
 * Frees name and quota of a reservation whose workflow could not be reached. Should the start have
 * got through all the same, its first step finds the record closed, and registers nothing.
 */
async function giveUp(
  { database }: Parts,
  context: Context<ApiEnvironment>,
  row: RegistrationModel,
): Promise<void> {
  const detail = 'Given up: Temporal could not be reached';
  try {
    await database.$transaction(async (transaction) => {
      const { count } = await transaction.registration.updateMany({
        where: { id: row.id, removedAt: null, githubRunnerId: null },
        data: { status: 'deleted', removedAt: new Date(), detail },
      });
      if (count === 0) return;
      await appendAudit(
        transaction,
        told(context, {
          type: 'registration.provisioned',
          action: 'provision',
          outcome: 'failure',
          resource: { type: 'registration', id: row.id },
          details: { name: row.name, target: row.target, reason: detail },
        }),
      );
    });
  } catch (error) {
    // The next reservation of this owner, team or name closes it once it has lapsed.
    context.get('log').warn({ err: error, registration: row.id }, 'A reservation stays behind');
  }
}
