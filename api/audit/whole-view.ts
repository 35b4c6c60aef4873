import type { Context } from 'hono';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError } from '../errors.ts';

/**
 * The audit log tells of every team: those who may see their own teams' alone get none of it.
 *
 * @throws ApiError 403
 */
export function requireWholeView(context: Context<ApiEnvironment>): void {
  if (context.get('principal')?.scope !== 'teams') return;
  throw new ApiError(
    403,
    'scope_too_narrow',
    'The audit log is only for those who see every team; your account sees its own teams',
  );
}
