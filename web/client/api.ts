import { hc } from 'hono/client';
import type { App } from '../../api/app.ts';
import { readProblem, unreachable } from './api-error.ts';

/**
 * The API, typed by its own routes. Every call answers a success or throws an `ApiError`, so a
 * caller reads `json()` at once. The session's cookie goes along by itself.
 */
export const { api } = hc<App>(window.location.origin, {
  async fetch(input: RequestInfo | URL, init?: RequestInit) {
    const response = await fetch(input, init).catch(() => {
      throw unreachable();
    });
    if (!response.ok) throw await readProblem(response);
    return response;
  },
});
