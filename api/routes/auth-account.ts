import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { allows } from '../../domain/principal.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { NotFoundError, NotSignedInError } from '../errors.ts';
import { changePassword } from '../identity/change-password.ts';
import { isUuid } from '../identity/is-uuid.ts';
import { profileOf } from '../identity/profile.ts';
import { endSession } from '../identity/sessions.ts';
import {
  changePasswordSchema,
  idParametersSchema,
  profileSchema,
  type Session,
  sessionListSchema,
} from '../schemas/auth.ts';
import { declareRoute } from './declare-route.ts';

const getProfile = declareRoute('signed-in', [], {
  method: 'get',
  path: '/api/auth/profile',
  tags: ['Sign-in'],
  summary: 'Who asks, and what they may do',
  responses: {
    200: { description: 'Profile', content: { 'application/json': { schema: profileSchema } } },
  },
});

const putPassword = declareRoute('account', [409], {
  method: 'post',
  path: '/api/auth/password',
  tags: ['Sign-in'],
  summary: 'Change the own password; ends all other sessions',
  request: {
    body: { required: true, content: { 'application/json': { schema: changePasswordSchema } } },
  },
  responses: { 204: { description: 'Changed' } },
});

const listSessions = declareRoute('account', [], {
  method: 'get',
  path: '/api/auth/sessions',
  tags: ['Sign-in'],
  summary: 'The own sessions that are open',
  responses: {
    200: {
      description: 'Sessions',
      content: { 'application/json': { schema: sessionListSchema } },
    },
  },
});

const deleteSession = declareRoute('account', [404], {
  method: 'delete',
  path: '/api/auth/sessions/{id}',
  tags: ['Sign-in'],
  summary: 'End a session: an own one, or with users:write anybody’s',
  request: { params: idParametersSchema },
  responses: { 204: { description: 'Ended' } },
});

/** Sessions that are shown: somebody with more has other worries. */
const MOST_SESSIONS = 200;

/** What people do with their own account. */
export function createAccountRoutes(dependencies: Dependencies) {
  const { database } = dependencies;
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(getProfile, async (context) => {
      const principal = context.get('principal');
      if (!principal) throw new NotSignedInError();
      const expiresAt = context.get('sessionExpiresAt');
      return context.json(await profileOf(database, principal, expiresAt), 200);
    })
    .openapi(putPassword, async (context) => {
      await changePassword(dependencies, context, accountOf(context), context.req.valid('json'));
      return context.body(null, 204);
    })
    .openapi(listSessions, async (context) => {
      const rows = await database.session.findMany({
        where: { userId: accountOf(context), endedAt: null, expiresAt: { gt: new Date() } },
        orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
        take: MOST_SESSIONS,
      });
      const current = context.get('sessionId');
      const items = rows.map((row) => ({
        id: row.id,
        method: row.method as Session['method'],
        address: row.address,
        user_agent: row.userAgent,
        created_at: row.createdAt.toISOString(),
        last_used_at: row.lastUsedAt.toISOString(),
        expires_at: row.expiresAt.toISOString(),
        current: row.id === current,
      }));
      return context.json({ items }, 200);
    })
    .openapi(deleteSession, async (context) => {
      const { id } = context.req.valid('param');
      const account = accountOf(context);
      const session = isUuid(id) ? await database.session.findUnique({ where: { id } }) : null;
      const isOwn = session?.userId === account;
      const principal = context.get('principal');
      const mayAll = principal !== undefined && allows(principal, 'users:write');
      if (!session || (!isOwn && !mayAll)) throw new NotFoundError('such session');
      const reason = isOwn ? 'ended_by_user' : 'ended_by_admin';
      const isEnded = await endSession(database, context, id, reason);
      if (!isEnded) throw new NotFoundError('such session');
      return context.body(null, 204);
    });
}

/** The user that the request acts for. Routes for `account` have one. */
export function accountOf(context: Context<ApiEnvironment>): string {
  const account = context.get('accountId');
  if (account === undefined) throw new NotSignedInError();
  return account;
}
