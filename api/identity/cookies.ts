import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { ApiEnvironment } from '../environment.ts';

/** The dashboard's. `csrf` alone can be read by its scripts, which send it back as a header. */
export const COOKIES = {
  access: 'runyard_access',
  refresh: 'runyard_refresh',
  csrf: 'runyard_csrf',
} as const;

/** The refresh token is sent nowhere else. */
const REFRESH_PATH = '/api/auth';

export interface CookieValues {
  accessToken: string;
  accessExpiresAt: Date;
  refreshToken: string;
  csrfToken: string;
  sessionExpiresAt: Date;
}

/** Hands a session to the browser that asked. */
export function setSessionCookies(context: Context<ApiEnvironment>, values: CookieValues): void {
  const common = { sameSite: 'Lax', secure: isSecure(context) } as const;
  setCookie(context, COOKIES.access, values.accessToken, {
    ...common,
    httpOnly: true,
    path: '/',
    expires: values.accessExpiresAt,
  });
  setCookie(context, COOKIES.refresh, values.refreshToken, {
    ...common,
    httpOnly: true,
    path: REFRESH_PATH,
    expires: values.sessionExpiresAt,
  });
  setCookie(context, COOKIES.csrf, values.csrfToken, {
    ...common,
    path: '/',
    expires: values.sessionExpiresAt,
  });
}

export function clearSessionCookies(context: Context<ApiEnvironment>): void {
  const common = { sameSite: 'Lax', secure: isSecure(context) } as const;
  deleteCookie(context, COOKIES.access, { ...common, httpOnly: true, path: '/' });
  deleteCookie(context, COOKIES.refresh, { ...common, httpOnly: true, path: REFRESH_PATH });
  deleteCookie(context, COOKIES.csrf, { ...common, path: '/' });
}

/**
 * Cookies travel over TLS only, but for a dashboard on this very machine. Who lies about the host
 * changes their own cookies and nobody else's.
 */
export function isSecure(context: Context<ApiEnvironment>): boolean {
  const { hostname } = new URL(context.req.url);
  return context.get('client').scheme === 'https' || !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
