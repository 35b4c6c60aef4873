import type { MiddlewareHandler } from 'hono';
import type { ApiEnvironment } from '../environment.ts';
import { ForbiddenError, NotSignedInError } from '../errors.ts';
import { allows } from '../permissions.ts';
import type { Access } from '../routes/declare-route.ts';

/** Lets a request through when its principal may call the route; knows nothing of who that is. */
export function authorize(access: Access): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    if (access !== 'public') {
      const principal = context.get('principal');
      if (!principal) throw new NotSignedInError();
      if (access !== 'signed-in' && !allows(principal, access)) throw new ForbiddenError(access);
    }
    await next();
  };
}
