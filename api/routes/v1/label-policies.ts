import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../../dependencies.ts';
import type { ApiEnvironment } from '../../environment.ts';
import { deletePolicy, setPolicy } from '../../label-policies/edit-policies.ts';
import { getPolicy, listPolicies } from '../../label-policies/read-policies.ts';
import { paginationSchema } from '../../schemas/common.ts';
import {
  labelPolicyPageSchema,
  labelPolicyParametersSchema,
  labelPolicyRequestSchema,
  labelPolicySchema,
} from '../../schemas/label-policy.ts';
import { declareRoute } from '../declare-route.ts';

const tags = ['Token service administration'];
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: labelPolicySchema } },
});

const list = declareRoute('users:read', [], {
  method: 'get',
  path: '/api/v1/admin/label-policies',
  tags,
  summary: 'List label policies by subject',
  request: { query: paginationSchema },
  responses: {
    200: {
      description: 'Policies',
      content: { 'application/json': { schema: labelPolicyPageSchema } },
    },
  },
});

const set = declareRoute('users:write', [], {
  method: 'post',
  path: '/api/v1/admin/label-policies',
  tags,
  summary: 'Write the label policy of a person, a team, or everybody without one',
  description:
    'It takes the place of the one before. What grants (`allowed`, `allow_persistent`, `runner_groups`) adds up over the own policy and the team’s, and is the default’s where there is neither; what forbids or demands (`denied`, `required`) adds up over all three.',
  request: {
    body: { required: true, content: { 'application/json': { schema: labelPolicyRequestSchema } } },
  },
  responses: { 200: answer('The policy as it holds from now on') },
});

const get = declareRoute('users:read', [404], {
  method: 'get',
  path: '/api/v1/admin/label-policies/{subject}',
  tags,
  summary: "A subject's label policy",
  request: { params: labelPolicyParametersSchema },
  responses: { 200: answer('The policy') },
});

const drop = declareRoute('users:write', [404], {
  method: 'delete',
  path: '/api/v1/admin/label-policies/{subject}',
  tags,
  summary: "Delete a subject's label policy; the default one then holds",
  request: { params: labelPolicyParametersSchema },
  responses: { 204: { description: 'It is gone' } },
});

/** Label policies, which hold the quotas too. */
export function createLabelPolicyRoutes({ database, settings }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listPolicies(database, context.req.valid('query')), 200),
    )
    .openapi(set, async (context) =>
      context.json(await setPolicy(database, context, context.req.valid('json')), 200),
    )
    .openapi(get, async (context) => {
      const { subject } = context.req.valid('param');
      return context.json(await getPolicy(database, settings, subject), 200);
    })
    .openapi(drop, async (context) => {
      await deletePolicy(database, context, context.req.valid('param').subject);
      return context.body(null, 204);
    });
}
