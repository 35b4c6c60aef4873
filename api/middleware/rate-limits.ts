import type { Context, MiddlewareHandler } from 'hono';
import { MemoryStore, rateLimiter, type Store } from 'hono-rate-limiter';
import type { Settings } from '../../config/schema.ts';
import type { ApiEnvironment } from '../environment.ts';
import { TooManyRequestsError } from '../errors.ts';
import { clientAddress } from './client-address.ts';

const MINUTE = 60_000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

type Limiter = MiddlewareHandler<ApiEnvironment>;

/**
 * Requests a minute of one principal, those that change something counted apart too, or of one address
 * for those that are not signed in. Counted by each API process for itself.
 */
export function limitApi(settings: Settings): Limiter {
  const anonymous = limitByAddress(settings.ANONYMOUS_RATE_LIMIT);
  const all = limitBy(settings.API_RATE_LIMIT, principalOf);
  const writes = limitBy(settings.WRITE_RATE_LIMIT, principalOf);
  return (context, next) => {
    if (!context.get('principal')) return anonymous(context, next);
    if (SAFE_METHODS.has(context.req.method)) return all(context, next);
    // the inner one tells of itself in the headers: it's the one that is used up first
    return all(context, async () => {
      await writes(context, next);
    });
  };
}

/** Sign-ins and refreshes a minute from one address, whoever it is. */
export function limitSignIns(limit: number): Limiter {
  return limitByAddress(limit);
}

/** Requests a minute from one address. */
export function limitByAddress(limit: number): Limiter {
  return limitBy(limit, clientAddress);
}

function principalOf(context: Context<ApiEnvironment>): string {
  return context.get('principal')?.id ?? clientAddress(context);
}

function limitBy(
  limit: number,
  keyGenerator: (context: Context<ApiEnvironment>) => string,
): Limiter {
  return rateLimiter<ApiEnvironment>({
    windowMs: MINUTE,
    limit,
    keyGenerator,
    // `RateLimit: limit=…, remaining=…, reset=…` and `RateLimit-Policy: …;w=60`
    standardHeaders: 'draft-7',
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
