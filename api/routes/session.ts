import { OpenAPIHono } from '@hono/zod-openapi';
import { NotSignedInError } from '../errors.ts';
import { limitByAddress } from '../middleware/rate-limits.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { sessionSchema, signInSchema } from '../schemas/session.ts';
import { declareRoute } from './declare-route.ts';

const signIn = declareRoute('public', [401], {
  method: 'post',
  path: '/api/session',
  tags: ['Session'],
  summary: 'Sign in to the dashboard with a token; sets a cookie',
  request: {
    body: { required: true, content: { 'application/json': { schema: signInSchema } } },
  },
  responses: {
    200: { description: 'Signed in', content: { 'application/json': { schema: sessionSchema } } },
  },
});

const getSession = declareRoute('signed-in', [], {
  method: 'get',
  path: '/api/session',
  tags: ['Session'],
  summary: 'Who asks',
  responses: {
    200: { description: 'Session', content: { 'application/json': { schema: sessionSchema } } },
  },
});

const signOut = declareRoute('public', [], {
  method: 'delete',
  path: '/api/session',
  tags: ['Session'],
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out' } },
});

const SIGN_INS_A_MINUTE = 30;

/** The dashboard's session. */
export function createSessionRoutes({ authentication }: Dependencies) {
  const routes = new OpenAPIHono<ApiEnvironment>();
  routes.post('/api/session', limitByAddress(SIGN_INS_A_MINUTE));
  return routes
    .openapi(signIn, async (context) => {
      const expiresAt = await authentication.signIn(context, context.req.valid('json').token);
      const principal = context.get('principal');
      if (!expiresAt || !principal) throw new NotSignedInError('This token is not the right one');
      return context.json({ principal, expires_at: expiresAt.toISOString() }, 200);
    })
    .openapi(getSession, (context) => {
      const principal = context.get('principal');
      if (!principal) throw new NotSignedInError();
      const expiresAt = context.get('sessionExpiresAt')?.toISOString() ?? null;
      return context.json({ principal, expires_at: expiresAt }, 200);
    })
    .openapi(signOut, (context) => {
      authentication.signOut(context);
      return context.body(null, 204);
    });
}
