import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import {
  AUDIT_RETENTION,
  AUDIT_RETENTION_ID,
  AUDIT_RETENTION_SCHEDULE,
  type AuditRetentionInput,
} from '../../workflows/contracts/audit.ts';
import { CONTROL_TASK_QUEUE } from '../../workflows/contracts/task-queues.ts';

/** Has old events archived each night. Whoever comes first makes the schedule; an operator's changes stay. */
export async function ensureAuditSchedule(
  connection: NativeConnection,
  namespace: string,
  taskQueue = CONTROL_TASK_QUEUE,
): Promise<void> {
  const { schedule } = new Client({ connection, namespace });
  const input: AuditRetentionInput = { before: null, actor: null, correlationId: null };
  try {
    await schedule.create({
      scheduleId: AUDIT_RETENTION_SCHEDULE,
      spec: { calendars: [{ hour: 3, minute: 17 }] },
      action: {
        type: 'startWorkflow',
        workflowType: AUDIT_RETENTION,
        // the schedule adds the time to it
        workflowId: AUDIT_RETENTION_ID,
        taskQueue,
        args: [input],
      },
      // One run moves everything there is to move: after an outage a single one makes up for all.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
