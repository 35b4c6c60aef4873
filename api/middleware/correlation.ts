import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Logger } from '../../config/log.ts';
import { requestCorrelation } from '../correlation.ts';
import type { ApiEnvironment } from '../environment.ts';

const HEADER = 'X-Correlation-Id';
const WELL_FORMED = /^[\w.:-]{1,100}$/;

/**
 * Gives each request the id that its log lines, its answer and what it sets off carry: the caller's
 * own, for webhooks GitHub's GUID of the delivery, else a new one. Logs every request once.
 */
export function correlation(log: Logger): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const startedAt = performance.now();
    const told = context.req.header(HEADER) ?? context.req.header('X-GitHub-Delivery') ?? '';
    const id = WELL_FORMED.test(told) ? told : randomUUID();
    const child = log.child({ correlation_id: id });
    context.set('correlationId', id);
    context.set('log', child);
    await requestCorrelation.run(id, next);
    context.res.headers.set(HEADER, id);
    const { status } = context.res;
    const level = status >= 500 ? 'error' : status >= 400 ? 'info' : 'debug';
    child[level](
      {
        method: context.req.method,
        path: context.req.path,
        status,
        milliseconds: Math.round(performance.now() - startedAt),
      },
      'Request',
    );
  };
}
