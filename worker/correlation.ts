import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { CORRELATION_HEADER, correlationOf } from '../workflows/contracts/correlation.ts';

/** What every log line of an activity tells of whom it works for. */
interface ActivityFields {
  correlation_id?: string;
  workflow_id?: string;
  activity: string;
}

const running = new AsyncLocalStorage<ActivityFields>();

/** Fields for the lines that are logged just now: those of the activity that logs, if it is one. */
export function activityFields(): object {
  return running.getStore() ?? {};
}

/** Has whatever an activity logs tell the correlation id and the workflow that it works for. */
export const correlateActivity: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const header = input.headers[CORRELATION_HEADER];
      const id = header
        ? defaultPayloadConverter.fromPayload<string>(header)
        : correlationOf(input.args);
      const workflowId = info.workflowExecution?.workflowId;
      const fields: ActivityFields = {
        ...(id === undefined ? {} : { correlation_id: id }),
        ...(workflowId === undefined ? {} : { workflow_id: workflowId }),
        activity: info.activityType,
      };
      return running.run(fields, () => next(input));
    },
  },
});
