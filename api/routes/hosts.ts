import { OpenAPIHono } from '@hono/zod-openapi';
import { getHost, listHosts } from '../hosts/list-hosts.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { paginationSchema } from '../schemas/common.ts';
import { hostPageSchema, hostParametersSchema, hostSchema } from '../schemas/host.ts';
import { declareRoute } from './declare-route.ts';

const list = declareRoute('hosts:read', [], {
  method: 'get',
  path: '/api/hosts',
  tags: ['Hosts'],
  summary: 'List Docker hosts',
  request: { query: paginationSchema },
  responses: {
    200: { description: 'Hosts', content: { 'application/json': { schema: hostPageSchema } } },
  },
});

const get = declareRoute('hosts:read', [404], {
  method: 'get',
  path: '/api/hosts/{id}',
  tags: ['Hosts'],
  summary: 'A Docker host',
  request: { params: hostParametersSchema },
  responses: {
    200: { description: 'The host', content: { 'application/json': { schema: hostSchema } } },
  },
});

/** Hosts: list and look at. */
export function createHostRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listHosts(dependencies, context.req.valid('query')), 200),
    )
    .openapi(get, async (context) =>
      context.json(await getHost(dependencies, context.req.valid('param').id), 200),
    );
}
