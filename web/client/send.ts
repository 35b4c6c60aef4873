import { ApiError, readProblem, unreachable } from './api-error.ts';
import { csrfToken } from './csrf-token.ts';
import { renewSession } from './renew-session.ts';

const READING = new Set(['GET', 'HEAD']);

/**
 * Sends a request to the API with the session's cookies. Where the session has to be renewed, it is,
 * and the request is sent again, once.
 *
 * @throws ApiError for every answer that isn't a success, and when no answer comes
 */
export async function send(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const sentAt = Date.now();
  const response = await sendOnce(input, init);
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (!isSessionOver(problem) || !(await renewSession(sentAt))) throw problem;
  const again = await sendOnce(input, init);
  if (!again.ok) throw await readProblem(again);
  return again;
}

/** Whether an error says that nobody is signed in, and not that a password was wrong. */
export function isSessionOver(error: Error): boolean {
  return error instanceof ApiError && error.status === 401 && error.code !== 'invalid_credentials';
}

async function sendOnce(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!READING.has(init.method ?? 'GET')) {
    const token = csrfToken();
    if (token !== null) headers.set('X-CSRF-Token', token);
  }
  return fetch(input, { ...init, headers }).catch(() => {
    throw unreachable();
  });
}
