import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { World } from '../world.ts';
import type { RestEnvironment } from './environment.ts';
import { answerError, GithubError } from './errors.ts';
import { actorName } from './rate-limit.ts';

const VERSIONS = ['2022-11-28', '2026-03-10'];

/** Headers that every answer of GitHub's carries, and what it asks of every request. */
export function standardHeaders(): MiddlewareHandler<RestEnvironment> {
  return async (context, next) => {
    const asked = context.req.header('x-github-api-version');
    const version = asked ?? VERSIONS[0];
    if (!context.req.header('user-agent')) {
      context.res = answerError(
        context,
        new GithubError(
          403,
          'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
        ),
      );
    } else if (asked !== undefined && !VERSIONS.includes(asked)) {
      context.res = answerError(
        context,
        new GithubError(400, `API version ${asked} is not a supported version`),
      );
    } else await next();
    if (context.var.dropped) return;
    const id = randomBytes(10).toString('hex').toUpperCase();
    context.header('x-github-request-id', `${id.slice(0, 4)}:${id.slice(4, 10)}:${id.slice(10)}`);
    context.header('x-github-media-type', 'github.v3; format=json');
    context.header('x-github-api-version-selected', version);
    context.header('server', 'github.com');
  };
}

/** Remembers every request for whoever checks what was asked. */
export function recordRequests(world: World): MiddlewareHandler<RestEnvironment> {
  return async (context, next) => {
    const begun = performance.now();
    const at = new Date().toISOString();
    await next();
    // What is answered has been kept.
    world.store.flush();
    world.requests.add({
      at,
      method: context.req.method,
      path: context.req.path,
      route: context.var.actor ? routePath(context, -1) : null,
      status: context.var.dropped ? null : context.res.status,
      milliseconds: Math.round((performance.now() - begun) * 10) / 10,
      actor: context.var.actor ? actorName(context.var.actor) : null,
      fault: context.var.fault ?? null,
    });
  };
}
