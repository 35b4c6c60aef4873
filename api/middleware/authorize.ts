import type { MiddlewareHandler } from 'hono';
import { allows, permissionsInScope } from '../../domain/principal.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ForbiddenError, NotSignedInError } from '../errors.ts';
import type { Access } from '../routes/declare-route.ts';

/** Lets a request through when its principal may call the route; knows nothing of who that is. */
export function authorize(access: Access): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    if (access === 'public') return next();
    const principal = context.get('principal');
    const refused = context.get('refused');
    if (!principal) {
      const refusal = context.get('refusal');
      if (refusal?.isNews) {
        await refused?.({
          type: 'token.refused',
          action: 'authenticate',
          details: { reason: refusal.error.message, method: context.req.method },
        });
      }
      throw refusal?.error ?? new NotSignedInError();
    }
    const { scope } = principal;
    const permissions = permissionsInScope(principal.permissions, scope);
    const isAllowed =
      access === 'signed-in' ||
      (access === 'account'
        ? context.get('accountId') !== undefined
        : allows({ permissions }, access));
    if (!isAllowed) {
      await refused?.({
        type: 'permission.denied',
        action: 'authorize',
        details: { needed: access, method: context.req.method, path: context.req.path },
      });
      throw new ForbiddenError(access);
    }
    await next();
  };
}
