import { OpenAPIHono, z } from '@hono/zod-openapi';
import { told } from '../audit/actor.ts';
import { requestCancel } from '../jobs/cancel-job.ts';
import { findJob } from '../jobs/find-job.ts';
import { listJobs } from '../jobs/list-jobs.ts';
import { readLog } from '../jobs/read-log.ts';
import { retryJob } from '../jobs/retry-job.ts';
import { runnerOfJob } from '../jobs/runner-of-job.ts';
import { recheckOf } from '../live/access-watch.ts';
import { EVENT_STREAM_HEADERS } from '../live/event-stream.ts';
import { LogFollower, parseLogPosition } from '../live/log-follower.ts';
import { toJob, toJobDetail } from '../views/job-view.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { resumeHeaderSchema } from '../schemas/events.ts';
import {
  cancelRequestSchema,
  jobDetailSchema,
  jobPageSchema,
  jobParametersSchema,
  jobQuerySchema,
  jobSchema,
  logQuerySchema,
} from '../schemas/job.ts';
import { scopeOf } from '../scope.ts';
import { declareRoute } from './declare-route.ts';

const list = declareRoute('jobs:read', [], {
  method: 'get',
  path: '/api/jobs',
  tags: ['Jobs'],
  summary: 'List jobs, the latest first',
  request: { query: jobQuerySchema },
  responses: {
    200: { description: 'Jobs', content: { 'application/json': { schema: jobPageSchema } } },
  },
});

const get = declareRoute('jobs:read', [404], {
  method: 'get',
  path: '/api/jobs/{id}',
  tags: ['Jobs'],
  summary: 'A job with its timeline',
  request: { params: jobParametersSchema },
  responses: {
    200: { description: 'The job', content: { 'application/json': { schema: jobDetailSchema } } },
  },
});

const logs = declareRoute('jobs:read', [404], {
  method: 'get',
  path: '/api/jobs/{id}/logs',
  tags: ['Jobs'],
  summary: "The output of the job's runner",
  description:
    'With `follow=1` a stream of `log` events, each with the data `{"text", "at"}`; `runner` when the job got another runner, and `end` when the last one is gone. Resumes after `Last-Event-ID`.',
  request: { params: jobParametersSchema, query: logQuerySchema, headers: resumeHeaderSchema },
  responses: {
    200: {
      description: 'The output so far, or a stream of it',
      content: {
        'text/plain': { schema: z.string() },
        'text/event-stream': { schema: z.string() },
      },
    },
  },
});

const cancel = declareRoute('jobs:write', [404, 409], {
  method: 'post',
  path: '/api/jobs/{id}/cancel',
  tags: ['Jobs'],
  summary: 'End a job',
  request: {
    params: jobParametersSchema,
    body: { content: { 'application/json': { schema: cancelRequestSchema } } },
  },
  responses: {
    202: { description: 'It is ending', content: { 'application/json': { schema: jobSchema } } },
  },
});

const retry = declareRoute('jobs:write', [404, 409], {
  method: 'post',
  path: '/api/jobs/{id}/retry',
  tags: ['Jobs'],
  summary: 'Launch a runner again for a failed or lost job that GitHub still has queued',
  request: { params: jobParametersSchema },
  responses: {
    202: { description: 'It is queued', content: { 'application/json': { schema: jobSchema } } },
  },
});

/** Jobs: list, look at, follow, cancel, retry. */
export function createJobRoutes(dependencies: Dependencies) {
  const { access, database, notifications, settings } = dependencies;
  const links = { baseUrl: settings.TEMPORAL_UI_URL, namespace: settings.TEMPORAL_NAMESPACE };
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listJobs(database, context.req.valid('query'), scopeOf(context)), 200),
    )
    .openapi(get, async (context) => {
      const job = await findJob(database, context.req.valid('param').id, scopeOf(context));
      return context.json(toJobDetail(job, links), 200);
    })
    .openapi(logs, async (context) => {
      const scope = scopeOf(context);
      const job = await findJob(database, context.req.valid('param').id, scope);
      const { follow } = context.req.valid('query');
      if (follow !== '1' && follow !== 'true') {
        const runner = await runnerOfJob(database, job, scope);
        return context.text(await readLog(database, runner?.name ?? null), 200, {
          'Cache-Control': 'no-store',
        });
      }
      const after = parseLogPosition(context.req.valid('header')['last-event-id']);
      const expiresAt = context.get('sessionExpiresAt');
      const follower = new LogFollower({
        database,
        notifications,
        jobId: job.id,
        after,
        expiresAt,
        access,
        scope,
        recheck: recheckOf(context),
      });
      void follower.look();
      return context.body(follower.stream.body, 200, EVENT_STREAM_HEADERS);
    })
    .openapi(cancel, async (context) => {
      const { reason = '', scope = 'run' } = context.req.valid('json');
      const by = context.get('principal')?.name ?? '';
      const { id } = context.req.valid('param');
      const request = { by, reason, scope };
      const requested = told(context, {
        type: 'job.cancel_requested',
        action: 'cancel',
        resource: { type: 'job', id },
        details: { reason, scope },
      });
      const job = await requestCancel(dependencies, id, request, scopeOf(context), requested);
      return context.json(toJob(job), 202);
    })
    .openapi(retry, async (context) => {
      const { id } = context.req.valid('param');
      const requested = told(context, {
        type: 'job.retry_requested',
        action: 'retry',
        resource: { type: 'job', id },
      });
      const job = await retryJob(dependencies, id, scopeOf(context), requested);
      return context.json(toJob(job), 202);
    });
}
