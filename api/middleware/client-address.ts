import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/**
 * Address that a request came from. Headers such as `X-Forwarded-For` count for nothing: anyone can
 * send them.
 */
export function clientAddress(context: Context): string {
  // Without a server (a test that calls the app itself) there's no connection to look at.
  if (!context.env?.incoming) return 'local';
  return getConnInfo(context).remote.address ?? 'unknown';
}
