import { hc } from 'hono/client';
import type { App } from '../../api/app.ts';
import { send } from './send.ts';

/**
 * The API, typed by its own routes. Every call answers a success or throws an `ApiError`, so a
 * caller reads `json()` at once. The session's cookies go along by themselves.
 */
export const { api } = hc<App>(window.location.origin, { fetch: send });
