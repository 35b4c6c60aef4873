import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { changeUser, deleteUser } from '../identity/change-user.ts';
import { createUser, listUsers } from '../identity/users.ts';
import { keepInstead } from '../middleware/idempotency.ts';
import { idParametersSchema } from '../schemas/auth.ts';
import { paginationSchema } from '../schemas/common.ts';
import {
  createdUserSchema,
  newUserSchema,
  userChangesSchema,
  userPageSchema,
  userSchema,
} from '../schemas/user.ts';
import { declareRoute } from './declare-route.ts';

const list = declareRoute('users:read', [], {
  method: 'get',
  path: '/api/auth/users',
  tags: ['Users'],
  summary: 'List users by name',
  request: { query: paginationSchema },
  responses: {
    200: { description: 'Users', content: { 'application/json': { schema: userPageSchema } } },
  },
});

const create = declareRoute('users:write', [409], {
  method: 'post',
  path: '/api/auth/users',
  tags: ['Users'],
  summary: 'Create a user',
  request: {
    body: { required: true, content: { 'application/json': { schema: newUserSchema } } },
  },
  responses: {
    201: {
      description: 'The user',
      content: { 'application/json': { schema: createdUserSchema } },
    },
  },
});

const change = declareRoute('users:write', [404, 409], {
  method: 'put',
  path: '/api/auth/users/{id}',
  tags: ['Users'],
  summary: 'Change a user; what is left out stays',
  request: {
    params: idParametersSchema,
    body: { content: { 'application/json': { schema: userChangesSchema } } },
  },
  responses: {
    200: { description: 'The user', content: { 'application/json': { schema: userSchema } } },
  },
});

const remove = declareRoute('users:write', [404, 409], {
  method: 'delete',
  path: '/api/auth/users/{id}',
  tags: ['Users'],
  summary: 'Delete a user, with sessions and tokens',
  request: { params: idParametersSchema },
  responses: { 204: { description: 'Deleted' } },
});

/** Who may sign in, and as what. */
export function createUserRoutes({ database }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listUsers(database, context.req.valid('query')), 200),
    )
    .openapi(create, async (context) => {
      const created = await createUser(database, context, context.req.valid('json'));
      const { initial_password: _, ...kept } = created;
      keepInstead(context, kept);
      return context.json(created, 201);
    })
    .openapi(change, async (context) => {
      const { id } = context.req.valid('param');
      return context.json(await changeUser(database, context, id, context.req.valid('json')), 200);
    })
    .openapi(remove, async (context) => {
      await deleteUser(database, context, context.req.valid('param').id);
      return context.body(null, 204);
    });
}
