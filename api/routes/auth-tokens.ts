import { OpenAPIHono } from '@hono/zod-openapi';
import { allows } from '../../domain/principal.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ForbiddenError, NotSignedInError } from '../errors.ts';
import { createToken, listTokens, revokeToken } from '../identity/api-tokens.ts';
import { keepInstead } from '../middleware/idempotency.ts';
import { idParametersSchema } from '../schemas/auth.ts';
import {
  apiTokenPageSchema,
  createdApiTokenSchema,
  newApiTokenSchema,
  tokenQuerySchema,
} from '../schemas/user.ts';
import { accountOf } from './auth-account.ts';
import { declareRoute } from './declare-route.ts';

const list = declareRoute('account', [], {
  method: 'get',
  path: '/api/auth/tokens',
  tags: ['API tokens'],
  summary: 'List the own API tokens, the latest first',
  request: { query: tokenQuerySchema },
  responses: {
    200: { description: 'Tokens', content: { 'application/json': { schema: apiTokenPageSchema } } },
  },
});

const create = declareRoute('account', [409], {
  method: 'post',
  path: '/api/auth/tokens',
  tags: ['API tokens'],
  summary: 'Make an API token; it is shown this once',
  request: {
    body: { required: true, content: { 'application/json': { schema: newApiTokenSchema } } },
  },
  responses: {
    201: {
      description: 'The token',
      content: { 'application/json': { schema: createdApiTokenSchema } },
    },
  },
});

const revoke = declareRoute('account', [404], {
  method: 'delete',
  path: '/api/auth/tokens/{id}',
  tags: ['API tokens'],
  summary: 'Revoke an API token: an own one, or with users:write anybody’s',
  request: { params: idParametersSchema },
  responses: { 204: { description: 'Revoked' } },
});

/** Tokens for scripts and the command line. */
export function createTokenRoutes({ database }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) => {
      const { all, ...page } = context.req.valid('query');
      const principal = context.get('principal');
      const isAll = all === 'true';
      if (isAll && !(principal && allows(principal, 'users:read'))) {
        await context.get('refused')?.({
          type: 'permission.denied',
          action: 'authorize',
          details: { needed: 'users:read', method: 'GET', path: context.req.path },
        });
        throw new ForbiddenError('users:read');
      }
      const tokens = await listTokens(database, isAll ? null : accountOf(context), page);
      return context.json(tokens, 200);
    })
    .openapi(create, async (context) => {
      const principal = context.get('principal');
      if (!principal) throw new NotSignedInError();
      const who = { userId: accountOf(context), principal };
      const created = await createToken(database, context, who, context.req.valid('json'));
      const { token: _, ...kept } = created;
      keepInstead(context, kept);
      return context.json(created, 201);
    })
    .openapi(revoke, async (context) => {
      const principal = context.get('principal');
      const mayAll = principal !== undefined && allows(principal, 'users:write');
      const owner = mayAll ? null : accountOf(context);
      await revokeToken(database, context, context.req.valid('param').id, owner);
      return context.body(null, 204);
    });
}
