import { OpenAPIHono } from '@hono/zod-openapi';
import { readOverview } from '../jobs/read-overview.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { overviewSchema } from '../schemas/overview.ts';
import { scopeOf } from '../scope.ts';
import { declareRoute } from './declare-route.ts';

const getOverview = declareRoute('jobs:read', [], {
  method: 'get',
  path: '/api/overview',
  tags: ['Overview'],
  summary: 'How things stand',
  responses: {
    200: { description: 'Overview', content: { 'application/json': { schema: overviewSchema } } },
  },
});

/** What the dashboard shows first. */
export function createOverviewRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>().openapi(getOverview, async (context) =>
    context.json(await readOverview(dependencies, scopeOf(context)), 200),
  );
}
