import { OpenAPIHono } from '@hono/zod-openapi';
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

/** The dashboard's session. */
export function createSessionRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(signIn, () => {
      throw new Error('soon');
    })
    .openapi(getSession, () => {
      throw new Error('soon');
    })
    .openapi(signOut, () => {
      throw new Error('soon');
    });
}
