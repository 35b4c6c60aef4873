import type { MiddlewareHandler } from 'hono';
import type { World } from '../world.ts';
import type { Actor, RestEnvironment } from './environment.ts';
import { GithubError } from './errors.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Budget {
  used: number;
  resetsAt: number;
}

/**
 * GitHub's limits: so many requests an hour of one installation, told in headers, and, if switched on,
 * points a minute per endpoint (read 1, write 5).
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class RateLimits {
  readonly #world: World;
  readonly #hourly = new Map<string, Budget>();
  readonly #points = new Map<string, Budget>();

  constructor(world: World) {
    this.#world = world;
  }

  middleware(): MiddlewareHandler<RestEnvironment> {
    return async (context, next) => {
      const budget = current(this.#hourly, actorName(context.var.actor), HOUR);
      const { rate_limit: limit } = this.#world.settings;
      const headers = () => ({
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - budget.used)),
        'x-ratelimit-reset': String(Math.ceil(budget.resetsAt / 1000)),
        'x-ratelimit-used': String(budget.used),
        'x-ratelimit-resource': 'core',
      });
      if (context.req.path === '/rate_limit') {
        return context.json(this.#overview(budget), 200, headers());
      }
      if (budget.used >= limit) {
        throw new GithubError(
          403,
          `API rate limit exceeded for ${actorName(context.var.actor)}. Check out the documentation for more details.`,
          { headers: headers() },
        );
      }
      budget.used += 1;
      this.#spendPoints(context.req.method, context.req.path, context.var.actor);
      await next();
      // An answer "not modified" is free.
      if (context.res.status === 304) budget.used -= 1;
      for (const [name, value] of Object.entries(headers())) context.header(name, value);
    };
  }

  #spendPoints(method: string, path: string, actor: Actor | null): void {
    const limit = this.#world.settings.points_per_minute;
    if (limit === 0) return;
    const endpoint = `${actorName(actor)} ${method} ${path.replace(/\/\d+/g, '/*')}`;
    const budget = current(this.#points, endpoint, MINUTE);
    budget.used += method === 'GET' || method === 'HEAD' ? 1 : 5;
    if (budget.used <= limit) return;
    const wait = Math.ceil((budget.resetsAt - Date.now()) / 1000);
    throw secondaryLimit(403, Math.max(1, wait));
  }

  #overview(budget: Budget) {
    const { rate_limit: limit } = this.#world.settings;
    const core = {
      limit,
      used: budget.used,
      remaining: Math.max(0, limit - budget.used),
      reset: Math.ceil(budget.resetsAt / 1000),
    };
    return {
      resources: { core, search: { ...core, limit: 30, used: 0, remaining: 30 } },
      rate: core,
    };
  }
}

/** The answer of a secondary limit. */
export function secondaryLimit(status: 403 | 429, retryAfter: number): GithubError {
  return new GithubError(
    status,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    { headers: { 'retry-after': String(retryAfter) } },
  );
}

/** The caller, in words. */
export function actorName(actor: Actor | null): string {
  if (actor === null) return 'nobody';
  return actor.kind === 'app' ? 'app' : `installation ${actor.installationId}`;
}

function current(budgets: Map<string, Budget>, key: string, period: number): Budget {
  const known = budgets.get(key);
  if (known && known.resetsAt > Date.now()) return known;
  const fresh = { used: 0, resetsAt: Date.now() + period };
  budgets.set(key, fresh);
  return fresh;
}
