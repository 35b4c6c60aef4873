import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { eventQuerySchema, resumeHeaderSchema } from '../schemas/events.ts';
import { declareRoute } from './declare-route.ts';

const followEvents = declareRoute('monitoring:read', [], {
  method: 'get',
  path: '/api/events',
  tags: ['Events'],
  summary: 'Changes of jobs and hosts as they happen',
  description:
    'Server-sent events: first `ready`, then a `job` or `host` for each change, its data a Job or Host, its id a revision. Resumes after `Last-Event-ID`; a change may come twice. Load what you show after `ready`, so that no change falls between.',
  request: { query: eventQuerySchema, headers: resumeHeaderSchema },
  responses: {
    200: {
      description: 'A stream of events',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
});

/** Live changes. */
export function createEventRoutes(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>().openapi(followEvents, () => {
    throw new Error('soon');
  });
}
