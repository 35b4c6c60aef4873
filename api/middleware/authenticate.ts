import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import type { ApiEnvironment } from '../environment.ts';
import { CrossSiteError } from '../errors.ts';
import type { ApiMetrics } from '../metrics/api-metrics.ts';
import type { Principal } from '../permissions.ts';
import { clientAddress } from './client-address.ts';

const COOKIE = 'runyard_session';
const SESSION_HOURS = 12;

type ApiContext = Context<ApiEnvironment>;

/**
 * Who a request comes from, as long as there's one token for all: that token, or a session that was
 * opened with it. Identity replaces this file; what it leaves behind is a principal.
 */
export class Authentication {
  readonly #digest: Buffer;
  readonly #cookieKey: string;
  readonly #metrics: ApiMetrics;

  constructor(adminToken: string, metrics: ApiMetrics) {
    this.#digest = digest(adminToken);
    // Derived, so that a new token ends every session.
    const key = hkdfSync('sha256', adminToken, 'runyard', 'session cookie', 32);
    this.#cookieKey = Buffer.from(key).toString('base64');
    this.#metrics = metrics;
  }

  /** Leaves the principal in the context, or none; routes decide whether one is needed. */
  middleware(): MiddlewareHandler<ApiEnvironment> {
    return async (context, next) => {
      const authorization = context.req.header('Authorization');
      if (authorization !== undefined) {
        const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
        if (token !== undefined && this.isToken(token))
          context.set('principal', administrator('api_token'));
        else this.#report(context, 'token_invalid');
      } else {
        const expiresAt = await this.#sessionEnd(context);
        if (expiresAt) {
          context.set('principal', administrator('session'));
          context.set('sessionExpiresAt', expiresAt);
        }
      }
      await next();
    };
  }

  /** Compares in constant time, whatever the lengths. */
  isToken(token: string): boolean {
    return timingSafeEqual(digest(token), this.#digest);
  }

  /** Opens a session, or answers null when the token isn't right. */
  async signIn(context: ApiContext, token: string): Promise<Date | null> {
    if (!this.isToken(token)) {
      this.#report(context, 'sign_in_failed');
      return null;
    }
    const expiresAt = new Date(Date.now() + SESSION_HOURS * 3_600_000);
    await setSignedCookie(context, COOKIE, String(expiresAt.getTime()), this.#cookieKey, {
      ...cookieOptions(context),
      expires: expiresAt,
    });
    context.set('principal', administrator('session'));
    return expiresAt;
  }

  signOut(context: ApiContext): void {
    deleteCookie(context, COOKIE, cookieOptions(context));
  }

  async #sessionEnd(context: ApiContext): Promise<Date | null> {
    const value = await getSignedCookie(context, this.#cookieKey, COOKIE);
    if (value === undefined) return null;
    if (value === false) {
      this.#report(context, 'session_forged');
      return null;
    }
    const expiresAt = new Date(Number(value));
    return expiresAt.getTime() > Date.now() ? expiresAt : null;
  }

  #report(context: ApiContext, kind: 'token_invalid' | 'sign_in_failed' | 'session_forged'): void {
    this.#metrics.securityEvent(kind);
    const address = clientAddress(context);
    context.get('log').warn({ security_event: kind, address }, 'Authentication failed');
  }
}

/** A browser sends cookies by itself, so a session only counts for requests from the dashboard. */
export function refuseCrossSite(): MiddlewareHandler<ApiEnvironment> {
  const check = csrf();
  return async (context, next) => {
    if (context.get('principal')?.kind !== 'session') return next();
    let isAllowed = false;
    try {
      await check(context, () => {
        isAllowed = true;
        return Promise.resolve();
      });
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
    }
    if (!isAllowed) throw new CrossSiteError();
    await next();
  };
}

function cookieOptions(context: ApiContext) {
  // Behind a proxy that ends TLS only its header tells; a caller who lies changes their own cookie.
  const scheme = context.req.header('X-Forwarded-Proto') ?? new URL(context.req.url).protocol;
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: scheme.startsWith('https'),
  } as const;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function administrator(kind: Principal['kind']): Principal {
  return {
    kind,
    id: 'admin',
    name: 'Administrator',
    role: 'admin',
    teams: [],
    permissions: [
      'users:*',
      'jobs:*',
      'runners:*',
      'pools:*',
      'hosts:*',
      'networks:*',
      'projects:*',
      'audit:*',
      'system:*',
      'monitoring:*',
      'deliveries:*',
    ],
  };
}
