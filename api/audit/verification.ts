import {
  ApplicationFailure,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import {
  type ArchivedEvents,
  AUDIT_CHAIN_BROKEN,
  AUDIT_RETENTION,
  AUDIT_RETENTION_ID,
  AUDIT_VERIFICATION,
  AUDIT_VERIFICATION_ID,
  type AuditRetentionInput,
  type AuditVerification,
} from '../../workflows/contracts/audit.ts';
import { CONTROL_TASK_QUEUE } from '../../workflows/contracts/task-queues.ts';
import { ApiError, ConflictError } from '../errors.ts';
import { isDeadlineExceeded, type Temporal } from '../temporal.ts';

interface Parts {
  temporal: Temporal;
  /** The control worker's, which has the keys and the archive. */
  taskQueue: string;
  settings: { AUDIT_WAIT: number };
}

/** Verifies the whole log, or waits for the verification that is under way. */
export function verifyAuditLog(parts: Parts): Promise<AuditVerification> {
  return execute<AuditVerification>(parts, AUDIT_VERIFICATION, AUDIT_VERIFICATION_ID, []);
}

/** Archives old events, or waits for those who are at it. */
export function cleanUpAuditLog(parts: Parts, input: AuditRetentionInput): Promise<ArchivedEvents> {
  return execute<ArchivedEvents>(parts, AUDIT_RETENTION, AUDIT_RETENTION_ID, [input]);
}

async function execute<Result>(
  { temporal, taskQueue, settings }: Parts,
  workflowType: string,
  workflowId: string,
  args: unknown[],
): Promise<Result> {
  try {
    return await temporal.within(settings.AUDIT_WAIT, () =>
      temporal.client.workflow.execute(workflowType, {
        // whoever has a queue of their own has a log of their own
        workflowId: taskQueue === CONTROL_TASK_QUEUE ? workflowId : `${workflowId}/${taskQueue}`,
        taskQueue,
        args,
        // One at a time: those who come meanwhile share its result. One that is over is no obstacle.
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      }),
    );
  } catch (error) {
    const failure = failureOf(error);
    if (failure?.type === AUDIT_CHAIN_BROKEN) {
      throw new ConflictError(
        'audit_chain_broken',
        `Nothing was archived, since the log is not what was signed: ${failure.message}. See GET /api/audit/verify`,
      );
    }
    if (!isDeadlineExceeded(error)) throw error;
    throw new ApiError(
      503,
      'still_at_work',
      'This takes longer than AUDIT_WAIT allows a request to wait, or no control worker runs. It goes on: ask again',
      { headers: { 'Retry-After': '30' }, cause: error },
    );
  }
}

/** The failure of the activity, behind those of its workflow and of the call. */
function failureOf(error: unknown): ApplicationFailure | null {
  if (error instanceof ApplicationFailure) return error;
  return error instanceof Error ? failureOf(error.cause) : null;
}
