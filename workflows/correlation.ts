import type { Headers, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { defaultPayloadConverter } from '@temporalio/common';
import { CORRELATION_HEADER, correlationOf } from './contracts/correlation.ts';

/**
 * Hands the correlation id of a workflow (its header's, else its input's own) on to its activities,
 * children, signals and later runs, and into its log lines.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let own: Headers = {};
  let id: string | undefined;
  const withOwn = <Input extends { headers: Headers }>(input: Input): Input => ({
    ...input,
    headers: { ...own, ...input.headers },
  });
  return {
    inbound: [
      {
        execute(input, next) {
          const header = input.headers[CORRELATION_HEADER];
          id = header
            ? defaultPayloadConverter.fromPayload<string>(header)
            : correlationOf(input.args);
          if (id !== undefined)
            own = { [CORRELATION_HEADER]: defaultPayloadConverter.toPayload(id) };
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withOwn(input)),
        scheduleLocalActivity: (input, next) => next(withOwn(input)),
        startChildWorkflowExecution: (input, next) => next(withOwn(input)),
        signalWorkflow: (input, next) => next(withOwn(input)),
        continueAsNew: (input, next) => next(withOwn(input)),
        getLogAttributes: (input, next) =>
          next(id === undefined ? input : { ...input, correlation_id: id }),
      },
    ],
  };
};
