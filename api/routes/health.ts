import { OpenAPIHono } from '@hono/zod-openapi';
import { checkReadiness } from '../readiness.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { healthSchema, readinessSchema } from '../schemas/health.ts';
import { declareRoute } from './declare-route.ts';

const getHealth = declareRoute('public', [], {
  method: 'get',
  path: '/health',
  tags: ['System'],
  summary: 'Liveness: the process answers',
  responses: {
    200: { description: 'Alive', content: { 'application/json': { schema: healthSchema } } },
  },
});

const getReadiness = declareRoute('public', [], {
  method: 'get',
  path: '/ready',
  tags: ['System'],
  summary: 'Readiness: whether webhooks can be taken, and the state of each dependency',
  responses: {
    200: {
      description: 'Ready, or degraded',
      content: { 'application/json': { schema: readinessSchema } },
    },
    503: {
      description: 'Not ready',
      content: { 'application/json': { schema: readinessSchema } },
    },
  },
});

/** For load balancers, supervisors and people. */
export function createHealthRoutes(dependencies: Dependencies) {
  const { version } = dependencies;
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(getHealth, (context) =>
      context.json({ status: 'ok' as const, version, uptime_seconds: process.uptime() }, 200),
    )
    .openapi(getReadiness, async (context) => {
      const readiness = await checkReadiness(dependencies);
      return context.json(readiness, readiness.status === 'not_ready' ? 503 : 200);
    });
}
