import { csrfToken } from './csrf-token.ts';
import { readProblem, unreachable } from './api-error.ts';
import { type Renewals, sharedRenewals } from './renewals.ts';

/** The lock's name, shared by all tabs of this origin. */
const LOCK = 'runyard-session';
/** Milliseconds for the answer to a renewal whose page was left while it was under way. */
const ABANDONED = 5000;
const PAUSE = 200;

/**
 * Exchanges the refresh cookie for a new session cookie. A refresh token that comes twice ends the
 * whole session, so this is done by one tab at a time; a tab that waited for another uses what that
 * one was given, and a page that was loaded while the one before it asked waits for that answer.
 *
 * @param refusedSince - when the request that was refused was sent, in milliseconds
 * @returns false when the session is over
 * @throws ApiError when the server can't say
 */
export async function renewSession(
  refusedSince: number,
  renewals: Renewals = sharedRenewals,
): Promise<boolean> {
  return exclusively(async () => {
    if (renewals.lastEnd() >= refusedSince) return true;
    if (await abandonedOneCame(renewals)) return true;
    const token = csrfToken();
    // The cookie that scripts can read lives as long as the session: without it there is none.
    if (token === null) return false;
    renewals.begin();
    const isRenewed = await askForRenewal(token).catch((error: unknown) => {
      renewals.end(false);
      throw error;
    });
    renewals.end(isRenewed);
    return isRenewed;
  });
}

async function askForRenewal(token: string): Promise<boolean> {
  const response = await fetch('/api/auth/refresh', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
    body: '{}',
    // It goes on when the page is left, so that its cookies arrive.
    keepalive: true,
  }).catch(() => {
    throw unreachable();
  });
  if (response.status === 401 || response.status === 403) return false;
  if (!response.ok) throw await readProblem(response);
  return true;
}

/** Whoever holds the lock and finds a renewal under way follows a page that was left meanwhile. */
async function abandonedOneCame(renewals: Renewals): Promise<boolean> {
  const begun = renewals.underWaySince();
  while (begun !== null && Date.now() - begun < ABANDONED) {
    const response = await fetch('/api/auth/profile').catch(() => null);
    if (response?.ok) {
      renewals.end(true);
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return false;
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
