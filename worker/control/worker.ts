import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import type { AuditActivities } from '../../workflows/contracts/audit.ts';
import type { ControlActivities } from '../../workflows/contracts/control-activities.ts';
import type { RegistrationActivities } from '../../workflows/contracts/registration-activities.ts';
import { CONTROL_TASK_QUEUE } from '../../workflows/contracts/task-queues.ts';
import { correlateActivity } from '../correlation.ts';

export interface ControlWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
  workflowBundle: WorkflowBundleOption;
  activities: ControlActivities & RegistrationActivities & AuditActivities;
}

/**
 * The worker of all workflows and of the control plane's own activities. Its sizes were found by
 * measuring on two cores: few pollers beat many, one workflow thread beats more, and the cache has
 * room for every job that moves while jobs that merely wait are put out of memory.
 */
export function createControlWorker(options: ControlWorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: CONTROL_TASK_QUEUE,
    dataConverter: options.dataConverter,
    workflowBundle: options.workflowBundle,
    activities: { ...options.activities },
    interceptors: { activity: [correlateActivity] },
    workflowThreadPoolSize: 1,
    maxConcurrentWorkflowTaskPolls: 2,
    maxConcurrentActivityTaskPolls: 1,
    maxConcurrentLocalActivityExecutions: 50,
    maxCachedWorkflows: 100,
    shutdownGraceTime: '5s',
  });
}
