import type { Context, MiddlewareHandler } from 'hono';
import { MemoryStore, rateLimiter, type Store } from 'hono-rate-limiter';
import type { ApiEnvironment } from '../environment.ts';
import { TooManyRequestsError } from '../errors.ts';
import { clientAddress } from './client-address.ts';

const MINUTE = 60_000;

/** Requests a minute of one principal, or of one address for those that are not signed in. */
export function limitApi(limit: number): MiddlewareHandler<ApiEnvironment> {
  return limitBy(limit, (context) => {
    const principal = context.get('principal');
    return principal ? `${principal.kind} ${principal.id}` : `address ${clientAddress(context)}`;
  });
}

/** Requests a minute from one address. */
export function limitByAddress(limit: number): MiddlewareHandler<ApiEnvironment> {
  return limitBy(limit, clientAddress);
}

function limitBy(
  limit: number,
  keyGenerator: (context: Context<ApiEnvironment>) => string,
): MiddlewareHandler<ApiEnvironment> {
  return rateLimiter<ApiEnvironment>({
    windowMs: MINUTE,
    limit,
    keyGenerator,
    store: countingStore(),
    handler: (context) => {
      const { resetTime } = context.get('rateLimit' as never) as { resetTime?: Date };
      const milliseconds = resetTime ? resetTime.getTime() - Date.now() : MINUTE;
      throw new TooManyRequestsError(Math.max(1, Math.ceil(milliseconds / 1000)));
    },
  });
}

/**
 * The library's own store hands out the object that it counts in, and looks at it a tick later: of
 * requests that come at once each would see the count of the last.
 */
function countingStore(): Store<ApiEnvironment> {
  const store = new MemoryStore<ApiEnvironment>();
  return {
    init: (options) => store.init(options),
    increment: (key) => ({ ...store.increment(key) }),
    decrement: (key) => store.decrement(key),
    resetKey: (key) => store.resetKey(key),
  };
}
