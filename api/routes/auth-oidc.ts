import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { appendAudit } from '../../prisma/audit-log.ts';
import { told } from '../audit/actor.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { answerSession } from '../identity/answer-session.ts';
import { isSecure } from '../identity/cookies.ts';
import { limitSignIns } from '../middleware/rate-limits.ts';
import { ProviderUnavailableError, SignInError, type SignInProblem } from '../oidc/errors.ts';
import { SIGN_IN_LIFETIME } from '../oidc/pending-sign-in.ts';
import { returnPath } from '../oidc/return-path.ts';
import { signInUser } from '../oidc/sign-in-user.ts';
import { queryText } from '../schemas/common.ts';
import { declareRoute } from './declare-route.ts';

/** Holds the pending sign-in; sent nowhere but to the two routes of this file. */
const COOKIE = 'runyard_sign_in';
const PATH = '/api/auth/oidc';
const CALLBACK = `${PATH}/callback`;

const REDIRECT = {
  302: { description: 'Onwards', headers: z.object({ Location: z.string() }) },
};

const start = declareRoute('public', [], {
  method: 'get',
  path: '/api/auth/oidc/start',
  tags: ['Sign-in'],
  summary: 'Sign in to the dashboard by an identity provider; leads there',
  request: {
    query: z.object({
      issuer: queryText().openapi({ description: 'its id, of GET /api/auth/methods' }),
      return_to: z
        .string()
        .optional()
        .openapi({ description: 'path of the dashboard to come back to' }),
    }),
  },
  responses: REDIRECT,
});

const callback = declareRoute('public', [], {
  method: 'get',
  path: '/api/auth/oidc/callback',
  tags: ['Sign-in'],
  summary: 'Where an identity provider leads back to; opens the session',
  description:
    'Leads to the dashboard, with `sign_in_error` in its address where the sign-in came to nothing.',
  responses: REDIRECT,
});

/** Signing in to the dashboard by an identity provider. */
export function createOidcAuthRoutes(dependencies: Dependencies) {
  const { database, log, metrics, oidc, settings } = dependencies;

  /** As the browser sees this server. */
  function ownAddress(context: Context<ApiEnvironment>, path: string): URL {
    if (settings.PUBLIC_URL !== undefined) return new URL(path, settings.PUBLIC_URL);
    const url = new URL(path, context.req.url);
    url.protocol = context.get('client').scheme;
    return url;
  }

  async function giveUp(context: Context<ApiEnvironment>, error: unknown, issuer: string | null) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    metrics.securityEvent('sign_in_failed');
    const details = { method: 'oidc', issuer, reason: problem };
    const event = {
      type: 'session.failed',
      action: 'sign_in',
      outcome: 'failure',
      details,
    } as const;
    await appendAudit(database, told(context, event));
    log.info(details, 'A sign-in by an identity provider came to nothing');
    return context.redirect(`/?${new URLSearchParams({ sign_in_error: problem })}`, 302);
  }

  const routes = new OpenAPIHono<ApiEnvironment>();
  const limit = limitSignIns(settings.SIGN_IN_RATE_LIMIT);
  routes.get('/api/auth/oidc/start', limit);
  routes.get('/api/auth/oidc/callback', limit);
  return routes
    .openapi(start, async (context) => {
      const { issuer, return_to: wanted } = context.req.valid('query');
      try {
        const client = oidc.signInClient(issuer);
        const redirectUri = ownAddress(context, CALLBACK).href;
        const { url, pending } = await client.begin(redirectUri, returnPath(wanted));
        setCookie(context, COOKIE, await oidc.pendingSignIns.seal(pending), {
          httpOnly: true,
          // The provider leads back from another site, which Strict would not let the cookie see.
          sameSite: 'Lax',
          secure: isSecure(context),
          path: PATH,
          maxAge: SIGN_IN_LIFETIME,
        });
        return context.redirect(url.href, 302);
      } catch (error) {
        return giveUp(context, error, oidc.has(issuer) ? issuer : null);
      }
    })
    .openapi(callback, async (context) => {
      const sealed = getCookie(context, COOKIE);
      deleteCookie(context, COOKIE, { path: PATH, httpOnly: true, secure: isSecure(context) });
      let issuer: string | null = null;
      try {
        const pending = sealed === undefined ? null : await oidc.pendingSignIns.open(sealed);
        if (!pending) throw new SignInError(sealed === undefined ? 'invalid_state' : 'expired');
        const client = oidc.signInClient(pending.issuer);
        issuer = pending.issuer;
        const answer = ownAddress(context, CALLBACK);
        answer.search = new URL(context.req.url).search;
        if (answer.searchParams.get('state') !== pending.state) {
          throw new SignInError('invalid_state');
        }
        const claims = await client.finish(answer, pending);
        const session = await signInUser(dependencies, context, { issuer: client.issuer, claims });
        await answerSession(context, dependencies, session, true);
        return context.redirect(pending.returnTo, 302);
      } catch (error) {
        return giveUp(context, error, issuer);
      }
    });
}

/** Null for what is no matter of the sign-in, such as a database that is away. */
function problemOf(error: unknown): SignInProblem | null {
  if (error instanceof SignInError) return error.problem;
  return error instanceof ProviderUnavailableError ? 'issuer_unavailable' : null;
}
