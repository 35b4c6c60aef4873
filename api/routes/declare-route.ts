import { createRoute, type RouteConfig } from '@hono/zod-openapi';
import { authorize } from '../middleware/authorize.ts';
import type { Permission } from '../../domain/principal.ts';
import { problemSchema } from '../schemas/problem.ts';

/**
 * Who may call a route: whoever holds the permission, anyone signed in, anyone at all, or `account`:
 * a user in a session of theirs, or with an API token that isn't limited to some permissions.
 */
export type Access = Permission | 'signed-in' | 'account' | 'public';

const TITLES: Record<number, string> = {
  400: 'Malformed request',
  401: 'Not signed in',
  403: 'Not permitted',
  404: 'Not found',
  409: 'Not possible in this state',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'A field is wrong, see `errors`',
  429: 'Too many requests, see `Retry-After`',
  503: 'A part of Runyard is not reachable, see `Retry-After`',
};

const SAFE_METHODS = new Set(['get', 'head', 'options']);

/**
 * Declares a route together with who may call it. The permission is checked before anything of the
 * request is read, stands in the OpenAPI document (`x-runyard-access`), and a test fails for a route
 * of the app that was not declared so. Errors stand in the document, not in the types: a client
 * looks at `response.ok` and then reads a {@link problemSchema}.
 *
 * @param problems - statuses of its errors, beyond those that every route has
 */
export function declareRoute<P extends string, R extends Omit<RouteConfig, 'path'> & { path: P }>(
  access: Access,
  problems: readonly number[],
  route: R,
): R & { getRoutingPath(): string } {
  const statuses = new Set([...problems, 429, 503, ...(route.request ? [400, 422] : [])]);
  if (access !== 'public') statuses.add(401);
  if (access !== 'public' && access !== 'signed-in') statuses.add(403);
  if (route.request?.body) statuses.add(415);
  if (!SAFE_METHODS.has(route.method)) {
    // a body may come with it even where none is asked for
    statuses.add(413);
    // an Idempotency-Key that is malformed, in use, or was used for something else
    if (access !== 'public') for (const status of [400, 409, 422]) statuses.add(status);
  }
  const errors = Object.fromEntries(
    [...statuses].toSorted().map((status) => [
      status,
      {
        description: TITLES[status] ?? 'Error',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
  const declared = createRoute({
    operationId: nameOperation(route.method, route.path),
    ...route,
    middleware: authorize(access),
    responses: { ...errors, ...route.responses },
    ...(access === 'public' ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    'x-runyard-access': access,
  });
  return declared as unknown as R & { getRoutingPath(): string };
}

/** `get /api/jobs/{id}/logs` is `getJobsByIdLogs`. */
function nameOperation(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, '/')
    .replaceAll(/\{(\w+)\}/g, 'by-$1')
    .split(/[^a-z0-9]+/i)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return method + words.join('');
}
