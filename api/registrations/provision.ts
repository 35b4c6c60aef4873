import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Context } from 'hono';
import { registrationTimes } from '../../config/registration.ts';
import type { RegistrationMode } from '../../domain/registration-status.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import { RATE_LIMITED } from '../../workflows/contracts/control-activities.ts';
import {
  GITHUB_UNAVAILABLE,
  NAME_TAKEN_AT_GITHUB,
  PROVISION_UPDATE_ID,
  provisionRunner,
  registrationWorkflowId,
  RUNNER_GROUP_UNKNOWN,
  RUNNER_REGISTRATION,
  type RegistrationInput,
  type RunnerCredential,
} from '../../workflows/contracts/registration.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, UnavailableError } from '../errors.ts';
import { isTemporalUnreachable } from '../temporal.ts';
import { NameTakenError } from './errors.ts';

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
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure) throw refusalOf(cause, row);
    await giveUp(parts, context, row);
    if (isTemporalUnreachable(error) || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new UnavailableError('temporal_unavailable', error);
    }
    throw error;
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

/** What the workflow said, which has closed the record by itself. */
function refusalOf(
  { type, message, details }: ApplicationFailure,
  row: RegistrationModel,
): ApiError {
  switch (type) {
    case NAME_TAKEN_AT_GITHUB:
      return new NameTakenError(row.name, row.target);
    case RUNNER_GROUP_UNKNOWN:
      return new ApiError(422, 'runner_group_unknown', message, {
        errors: [{ path: 'runner_group', message }],
      });
    case RATE_LIMITED: {
      const until = Date.parse(String(details?.[0]));
      const seconds = Number.isNaN(until) ? 60 : Math.ceil((until - Date.now()) / 1000);
      return new ApiError(503, 'github_rate_limited', message, {
        headers: { 'Retry-After': String(Math.max(1, seconds)) },
      });
    }
    case GITHUB_UNAVAILABLE:
      return new ApiError(503, 'github_unavailable', message, { headers: { 'Retry-After': '30' } });
    default:
      return new ApiError(422, 'github_refused', message, {
        errors: [{ path: 'target', message }],
      });
  }
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
