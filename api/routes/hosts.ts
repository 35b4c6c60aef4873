import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { paginationSchema } from '../schemas/common.ts';
import { hostPageSchema, hostParametersSchema, hostSchema } from '../schemas/host.ts';
import { declareRoute } from './declare-route.ts';

const listHosts = declareRoute('hosts:read', [], {
  method: 'get',
  path: '/api/hosts',
  tags: ['Hosts'],
  summary: 'List Docker hosts',
  request: { query: paginationSchema },
  responses: {
    200: { description: 'Hosts', content: { 'application/json': { schema: hostPageSchema } } },
  },
});

const getHost = declareRoute('hosts:read', [404], {
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
    .openapi(listHosts, () => {
      throw new Error('soon');
    })
    .openapi(getHost, () => {
      throw new Error('soon');
    });
}
