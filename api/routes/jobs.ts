import { OpenAPIHono, z } from '@hono/zod-openapi';
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
import { declareRoute } from './declare-route.ts';

const listJobs = declareRoute('jobs:read', [], {
  method: 'get',
  path: '/api/jobs',
  tags: ['Jobs'],
  summary: 'List jobs, the latest first',
  request: { query: jobQuerySchema },
  responses: {
    200: { description: 'Jobs', content: { 'application/json': { schema: jobPageSchema } } },
  },
});

const getJob = declareRoute('jobs:read', [404], {
  method: 'get',
  path: '/api/jobs/{id}',
  tags: ['Jobs'],
  summary: 'A job with its timeline',
  request: { params: jobParametersSchema },
  responses: {
    200: { description: 'The job', content: { 'application/json': { schema: jobDetailSchema } } },
  },
});

const getLogs = declareRoute('jobs:read', [404], {
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

const cancelJob = declareRoute('jobs:write', [404, 409], {
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

const retryJob = declareRoute('jobs:write', [404, 409], {
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
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(listJobs, () => {
      throw new Error('soon');
    })
    .openapi(getJob, () => {
      throw new Error('soon');
    })
    .openapi(getLogs, () => {
      throw new Error('soon');
    })
    .openapi(cancelJob, () => {
      throw new Error('soon');
    })
    .openapi(retryJob, () => {
      throw new Error('soon');
    });
}
