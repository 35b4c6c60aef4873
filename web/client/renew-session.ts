import { csrfToken } from './csrf-token.ts';
import { readProblem, unreachable } from './api-error.ts';

/** The lock's name, shared by all tabs of this origin. */
const LOCK = 'runyard-session';
/** When any tab last renewed the session, in milliseconds; holds nothing that is secret. */
const RENEWED_AT = 'runyard-renewed-at';

/**
 * Exchanges the refresh cookie for a new session cookie. A refresh token that comes twice ends the
 * whole session, so this is done by one tab at a time; a tab that waited for another uses what that
 * one was given.
 *
 * @param refusedSince - when the request that was refused was sent, in milliseconds
 * @returns false when the session is over
 * @throws ApiError when the server can't say
 */
export async function renewSession(refusedSince: number): Promise<boolean> {
  return exclusively(async () => {
    if (renewedAt() >= refusedSince) return true;
    const token = csrfToken();
    // The cookie that scripts can read lives as long as the session: without it there is none.
    if (token === null) return false;
    const response = await fetch('/api/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
      body: '{}',
    }).catch(() => {
      throw unreachable();
    });
    if (response.status === 401 || response.status === 403) return false;
    if (!response.ok) throw await readProblem(response);
    rememberRenewal();
    return true;
  });
}

let underWay: Promise<unknown> = Promise.resolve();

/** Web Locks need a secure context; without one only the requests of this tab are kept apart. */
async function exclusively<T>(act: () => Promise<T>): Promise<T> {
  if (typeof navigator !== 'undefined' && 'locks' in navigator) {
    return navigator.locks.request(LOCK, act);
  }
  const mine = underWay.then(act, act);
  underWay = mine.catch(() => undefined);
  return mine;
}

let renewedHere = 0;

function renewedAt(): number {
  try {
    return Math.max(renewedHere, Number(localStorage.getItem(RENEWED_AT) ?? 0));
  } catch {
    return renewedHere; // storage is forbidden in this browser
  }
}

function rememberRenewal(): void {
  renewedHere = Date.now();
  try {
    localStorage.setItem(RENEWED_AT, String(renewedHere));
  } catch {
    // storage is forbidden in this browser: other tabs renew for themselves
  }
}
