import { OpenAPIHono, z } from '@hono/zod-openapi';
import { recheckOf } from '../live/access-watch.ts';
import { EVENT_STREAM_HEADERS } from '../live/event-stream.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { EVENT_TOPICS, eventQuerySchema, resumeHeaderSchema } from '../schemas/events.ts';
import { scopeOf } from '../scope.ts';
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
export function createEventRoutes({ changes }: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>().openapi(followEvents, async (context) => {
    const { topics = EVENT_TOPICS } = context.req.valid('query');
    const stream = await changes.subscribe({
      topics,
      after: parseRevision(context.req.valid('header')['last-event-id']),
      expiresAt: context.get('sessionExpiresAt'),
      scope: scopeOf(context),
      recheck: recheckOf(context),
    });
    return context.body(stream.body, 200, EVENT_STREAM_HEADERS);
  });
}

/** Anything that isn't a revision of ours counts as a first visit. */
function parseRevision(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : undefined;
}
