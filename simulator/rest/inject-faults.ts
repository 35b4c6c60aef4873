import { setTimeout as delay } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiFault } from '../faults.ts';
import type { World } from '../world.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError } from './errors.ts';
import { secondaryLimit } from './rate-limit.ts';

/** Makes requests fail as the planted faults say. */
export function injectFaults(world: World): MiddlewareHandler<RestEnvironment> {
  return async (context, next) => {
    const fault = world.faults.strikeRequest(context.req.method, context.req.path);
    if (fault === null) return next();
    context.set('fault', fault.kind);
    switch (fault.kind) {
      case 'latency':
        await delay(fault.milliseconds);
        return next();
      case 'error':
        throw new GithubError(
          (fault.status ?? 502) as ContentfulStatusCode,
          fault.message ?? 'Server Error',
        );
      case 'rate_limited':
        throw rateLimited(fault);
      case 'dropped_after':
        await next();
        return drop(context);
      case 'dropped':
        return drop(context);
      case 'hang_after':
        await next();
        return hang(context);
      case 'hang':
        return hang(context);
    }
  };
}

function rateLimited(fault: ApiFault): GithubError {
  const status = fault.status === 429 ? 429 : 403;
  if (fault.reset_seconds === undefined) return secondaryLimit(status, fault.retry_after ?? 1);
  const reset = Math.ceil(Date.now() / 1000) + fault.reset_seconds;
  return new GithubError(status, 'API rate limit exceeded.', {
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
  });
}

function drop(context: RestContext): Response {
  context.set('dropped', true);
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function hang(context: RestContext): Promise<Response> {
  context.set('dropped', true);
  const { socket } = context.env.incoming;
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return RESPONSE_ALREADY_SENT;
}
