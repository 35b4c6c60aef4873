import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { SessionEndedError } from '../errors.ts';
import { answerSession } from '../identity/answer-session.ts';
import { clearSessionCookies, COOKIES } from '../identity/cookies.ts';
import { logIn } from '../identity/log-in.ts';
import { tokenHash } from '../identity/secret-token.ts';
import { endSession, rotateSession } from '../identity/sessions.ts';
import { requireOwnSite } from '../middleware/cross-site.ts';
import { limitSignIns } from '../middleware/rate-limits.ts';
import {
  loginSchema,
  refreshSchema,
  signedInSchema,
  signInMethodsSchema,
} from '../schemas/auth.ts';
import { declareRoute } from './declare-route.ts';

const SIGNED_IN = {
  200: { description: 'Signed in', content: { 'application/json': { schema: signedInSchema } } },
};

const login = declareRoute('public', [401, 403], {
  method: 'post',
  path: '/api/auth/login',
  tags: ['Sign-in'],
  summary: 'Sign in with user name and password',
  request: {
    body: { required: true, content: { 'application/json': { schema: loginSchema } } },
  },
  responses: SIGNED_IN,
});

const refresh = declareRoute('public', [401, 403], {
  method: 'post',
  path: '/api/auth/refresh',
  tags: ['Sign-in'],
  summary: 'Trade a refresh token for new tokens',
  description:
    'A refresh token is good once. One that comes a second time ends its session, as somebody else may hold a copy.',
  request: { body: { content: { 'application/json': { schema: refreshSchema } } } },
  responses: SIGNED_IN,
});

const logout = declareRoute('public', [400, 403, 409, 422], {
  method: 'post',
  path: '/api/auth/logout',
  tags: ['Sign-in'],
  summary: 'End the session that the request belongs to',
  responses: { 204: { description: 'Signed out' } },
});

const methods = declareRoute('public', [], {
  method: 'get',
  path: '/api/auth/methods',
  tags: ['Sign-in'],
  summary: 'How one may sign in',
  responses: {
    200: {
      description: 'Methods',
      content: { 'application/json': { schema: signInMethodsSchema } },
    },
  },
});

/** Signing in and out. */
export function createAuthRoutes(dependencies: Dependencies) {
  const { database, identity, settings, oidc } = dependencies;
  const crossSite = { csrf: identity.csrf, publicUrl: settings.PUBLIC_URL };

  /** The session that a refresh token in a cookie belongs to must have been asked for by its dashboard. */
  async function requireDashboard(context: Context<ApiEnvironment>, token: string) {
    const known = await database.refreshToken.findUnique({ where: { hash: tokenHash(token) } });
    await requireOwnSite(context, crossSite, known?.sessionId ?? null);
    return known?.sessionId ?? null;
  }

  const routes = new OpenAPIHono<ApiEnvironment>();
  const limit = limitSignIns(settings.SIGN_IN_RATE_LIMIT);
  routes.post('/api/auth/login', limit);
  routes.post('/api/auth/refresh', limit);
  return routes
    .openapi(login, async (context) => {
      const { username, password, cookies = false } = context.req.valid('json');
      if (cookies) await requireOwnSite(context, crossSite, null);
      const session = await logIn(dependencies, context, { username, password });
      return context.json(await answerSession(context, dependencies, session, cookies), 200);
    })
    .openapi(refresh, async (context) => {
      const given = context.req.valid('json').refresh_token;
      const token = given ?? getCookie(context, COOKIES.refresh);
      if (!token) throw new SessionEndedError();
      if (given === undefined) await requireDashboard(context, token);
      const session = await rotateSession(database, context, token, identity.idle);
      if (!session) throw new SessionEndedError();
      const answer = await answerSession(context, dependencies, session, given === undefined);
      return context.json(answer, 200);
    })
    .openapi(logout, async (context) => {
      const cookie = getCookie(context, COOKIES.refresh);
      // A lapsed access token must not keep anybody from signing out.
      const id =
        context.get('sessionId') ??
        (cookie === undefined ? null : await requireDashboard(context, cookie));
      if (id !== null) await endSession(database, context, id, 'signed_out');
      clearSessionCookies(context);
      return context.body(null, 204);
    })
    .openapi(methods, (context) =>
      context.json({ password: true, oidc: [...(oidc?.methods ?? [])] }, 200),
    );
}
