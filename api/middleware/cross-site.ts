import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnvironment } from '../environment.ts';
import { CrossSiteError } from '../errors.ts';
import type { CsrfTokens } from '../identity/csrf.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Look at it themselves: the session that counts there isn't the one of the access token. */
const ON_THEIR_OWN = new Set(['/api/auth/login', '/api/auth/refresh']);

export interface CrossSiteParts {
  csrf: CsrfTokens;
  /** Where the dashboard is, as its browsers see it; undefined: at the host that they ask. */
  publicUrl: string | undefined;
}

/**
 * A browser sends cookies by itself, so what a cookie vouches for only counts when the dashboard
 * itself asks: see {@link requireOwnSite}. Bearer tokens are sent on purpose and need none of it.
 */
export function refuseCrossSite(parts: CrossSiteParts): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const sessionId = context.get('sessionId');
    if (
      context.get('viaCookie') &&
      sessionId !== undefined &&
      !SAFE_METHODS.has(context.req.method) &&
      !ON_THEIR_OWN.has(context.req.path)
    ) {
      await requireOwnSite(context, parts, sessionId);
    }
    await next();
  };
}

/**
 * @param sessionId - whose CSRF token the request must carry; null: none, as there's no session yet
 * @throws CrossSiteError when another site set the request off, or it lacks the token
 */
export async function requireOwnSite(
  context: Context<ApiEnvironment>,
  { csrf, publicUrl }: CrossSiteParts,
  sessionId: string | null,
): Promise<void> {
  const reason = !isOfOwnSite(context, publicUrl)
    ? 'another site'
    : sessionId !== null && !csrf.isOf(sessionId, context.req.header('X-CSRF-Token') ?? '')
      ? 'CSRF token'
      : null;
  if (reason === null) return;
  await context.get('refused')?.({
    type: 'cross_site.refused',
    action: 'authorize',
    details: { reason, method: context.req.method, path: context.req.path },
  });
  throw new CrossSiteError();
}

/** Whoever says nothing at all is no browser; a session's CSRF token is needed then all the same. */
function isOfOwnSite({ req }: Context<ApiEnvironment>, publicUrl: string | undefined): boolean {
  const site = req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = req.header('Origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  // the scheme may differ behind a proxy that ends TLS
  if (new URL(origin).host === new URL(req.url).host) return true;
  return publicUrl !== undefined && new URL(publicUrl).origin === origin;
}
