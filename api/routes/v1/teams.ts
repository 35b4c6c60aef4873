import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../../dependencies.ts';
import type { ApiEnvironment } from '../../environment.ts';
import { paginationSchema } from '../../schemas/common.ts';
import {
  memberParametersSchema,
  memberRequestSchema,
  memberSchema,
  teamChangeSchema,
  teamPageSchema,
  teamParametersSchema,
  teamRequestSchema,
  teamSchema,
} from '../../schemas/team.ts';
import { addMember, removeMember } from '../../teams/edit-members.ts';
import { changeTeam, createTeam, deleteTeam } from '../../teams/edit-teams.ts';
import { getTeam, listTeams } from '../../teams/read-teams.ts';
import { declareRoute } from '../declare-route.ts';

const tags = ['Token service administration'];
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: teamSchema } },
});

const list = declareRoute('users:read', [], {
  method: 'get',
  path: '/api/v1/admin/teams',
  tags,
  summary: 'List teams by name',
  request: { query: paginationSchema },
  responses: {
    200: { description: 'Teams', content: { 'application/json': { schema: teamPageSchema } } },
  },
});

const create = declareRoute('users:write', [409], {
  method: 'post',
  path: '/api/v1/admin/teams',
  tags,
  summary: 'Create a team',
  request: {
    body: { required: true, content: { 'application/json': { schema: teamRequestSchema } } },
  },
  responses: { 201: answer('The team, without members yet') },
});

const get = declareRoute('users:read', [404], {
  method: 'get',
  path: '/api/v1/admin/teams/{name}',
  tags,
  summary: 'A team with its members and its policy',
  request: { params: teamParametersSchema },
  responses: { 200: answer('The team') },
});

const change = declareRoute('users:write', [404], {
  method: 'patch',
  path: '/api/v1/admin/teams/{name}',
  tags,
  summary: 'Change what the request names of a team',
  request: {
    params: teamParametersSchema,
    body: { content: { 'application/json': { schema: teamChangeSchema } } },
  },
  responses: { 200: answer('The team as it is now') },
});

const drop = declareRoute('users:write', [404, 409], {
  method: 'delete',
  path: '/api/v1/admin/teams/{name}',
  tags,
  summary: 'Delete a team that has no runners, with its members and its policy',
  request: { params: teamParametersSchema },
  responses: { 204: { description: 'It is gone' } },
});

const add = declareRoute('users:write', [404, 409], {
  method: 'post',
  path: '/api/v1/admin/teams/{name}/members',
  tags,
  summary: 'Add a member: a user, a subject, an e-mail address, or all whose claim has a value',
  request: {
    params: teamParametersSchema,
    body: { required: true, content: { 'application/json': { schema: memberRequestSchema } } },
  },
  responses: {
    201: {
      description: 'The member',
      content: { 'application/json': { schema: memberSchema } },
    },
  },
});

const removeOne = declareRoute('users:write', [404], {
  method: 'delete',
  path: '/api/v1/admin/teams/{name}/members/{id}',
  tags,
  summary: 'Remove a member',
  request: { params: memberParametersSchema },
  responses: { 204: { description: 'No member any more' } },
});

/** Teams and who belongs to them. */
export function createTeamRoutes({ database, memberships }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listTeams(database, context.req.valid('query')), 200),
    )
    .openapi(create, async (context) => {
      const request = context.req.valid('json');
      await createTeam(database, context, request);
      return context.json(await getTeam(database, request.name), 201);
    })
    .openapi(get, async (context) =>
      context.json(await getTeam(database, context.req.valid('param').name), 200),
    )
    .openapi(change, async (context) => {
      const { name } = context.req.valid('param');
      await changeTeam(database, context, name, context.req.valid('json'));
      return context.json(await getTeam(database, name), 200);
    })
    .openapi(drop, async (context) => {
      await deleteTeam(database, context, context.req.valid('param').name);
      memberships.forget();
      return context.body(null, 204);
    })
    .openapi(add, async (context) => {
      const { name } = context.req.valid('param');
      const member = await addMember(database, context, name, context.req.valid('json'));
      memberships.forget();
      return context.json(member, 201);
    })
    .openapi(removeOne, async (context) => {
      const { name, id } = context.req.valid('param');
      await removeMember(database, context, name, id);
      memberships.forget();
      return context.body(null, 204);
    });
}
