import { STATUS_CODES } from 'node:http';
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ZodError } from 'zod';
import { isAuditUnavailable, isDatabaseUnavailable, isValueRefused } from '../database.ts';
import type { ApiEnvironment } from '../environment.ts';
import {
  ApiError,
  InvalidRequestError,
  MalformedRequestError,
  NotFoundError,
  UnavailableError,
} from '../errors.ts';
import type { Problem } from '../schemas/problem.ts';
import { isTemporalUnreachable } from '../temporal.ts';

type ApiContext = Context<ApiEnvironment>;

/** The one place where errors become answers. */
export const answerError: ErrorHandler<ApiEnvironment> = (error, context) => {
  const known = toApiError(error);
  if (known.status >= 500) {
    const level = known.status === 503 ? 'warn' : 'error';
    context.get('log')[level]({ err: error }, 'Request failed');
  }
  return answerProblem(context, known);
};

export const answerNotFound: NotFoundHandler<ApiEnvironment> = (context) =>
  answerProblem(context, new NotFoundError(`resource at ${context.req.path}`));

/** What zod found wrong with a request, told with the paths of the fields. */
export function refuseInvalid(
  result: { success: true } | { success: false; target: string; error: ZodError },
): void {
  if (result.success) return;
  const { target, error } = result;
  throw new InvalidRequestError(
    error.issues.slice(0, 50).map((issue) => ({
      path: target === 'json' ? issue.path.join('.') : [target, ...issue.path].join('.'),
      message: issue.message,
    })),
  );
}

export function answerProblem(context: ApiContext, error: ApiError): Response {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    instance: context.req.path,
    code: error.code,
    correlation_id: context.get('correlationId'),
    ...(error.errors ? { errors: [...error.errors] } : {}),
  };
  return context.body(JSON.stringify(problem), error.status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...error.headers,
  });
}

function toApiError(error: Error): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  if (isAuditUnavailable(error)) return new UnavailableError('audit_unavailable', error);
  if (isDatabaseUnavailable(error)) return new UnavailableError('database_unavailable', error);
  if (isTemporalUnreachable(error)) return new UnavailableError('temporal_unavailable', error);
  if (isValueRefused(error)) {
    return new InvalidRequestError([{ path: '', message: 'can not be stored' }]);
  }
  return new ApiError(
    500,
    'internal_error',
    'Something went wrong here; the log tells more under the correlation id',
  );
}

/** Thrown by Hono's own validators and middleware. */
function fromHttpException({ status, message }: HTTPException): ApiError {
  switch (status) {
    case 400:
      return new MalformedRequestError('malformed_json', message || 'The body is not JSON');
    case 415:
      return new ApiError(415, 'unsupported_media_type', 'Send a body as application/json');
    default:
      return new ApiError(status, 'http_error', message || (STATUS_CODES[status] ?? 'Error'));
  }
}
