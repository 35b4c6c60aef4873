import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import {
  CORRELATION_HEADER,
  CORRELATION_MEMO,
  correlationOf,
} from '../workflows/contracts/correlation.ts';

/** The id of the request that is being handled, for what can't be handed it. */
export const requestCorrelation = new AsyncLocalStorage<string>();

/**
 * Sends the correlation id along with every start, signal and update of a workflow, as a header and in
 * the memo: the one that the workflow's input has, else that of the request.
 */
export const correlateWorkflows: WorkflowClientInterceptor = {
  startWithDetails: ({ headers, options, ...input }, next) => {
    const id = idFor(options.args);
    return next({
      ...input,
      headers: { ...headers, ...headerOf(id) },
      options: remember(options, id),
    });
  },
  signalWithStart: ({ headers, options, ...input }, next) => {
    const id = idFor(options.args);
    return next({
      ...input,
      headers: { ...headers, ...headerOf(id) },
      options: remember(options, id),
    });
  },
  startUpdateWithStart: ({ workflowStartHeaders, workflowStartOptions, ...input }, next) => {
    const id = idFor(workflowStartOptions.args);
    return next({
      ...input,
      workflowStartHeaders: { ...workflowStartHeaders, ...headerOf(id) },
      workflowStartOptions: remember(workflowStartOptions, id),
      updateHeaders: { ...input.updateHeaders, ...headerOf(id) },
    });
  },
  signal: (input, next) =>
    next({ ...input, headers: { ...input.headers, ...headerOf(requestCorrelation.getStore()) } }),
  startUpdate: (input, next) =>
    next({ ...input, headers: { ...input.headers, ...headerOf(requestCorrelation.getStore()) } }),
};

function idFor(args: readonly unknown[]): string | undefined {
  return correlationOf(args) ?? requestCorrelation.getStore();
}

function headerOf(id: string | undefined) {
  return id === undefined ? {} : { [CORRELATION_HEADER]: defaultPayloadConverter.toPayload(id) };
}

function remember<Options extends { memo?: Record<string, unknown> }>(
  options: Options,
  id: string | undefined,
): Options {
  if (id === undefined) return options;
  return { ...options, memo: { [CORRELATION_MEMO]: id, ...options.memo } };
}
