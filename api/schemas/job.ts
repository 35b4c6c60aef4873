import { z } from '@hono/zod-openapi';
import { JOB_STATUSES } from '../../domain/job-status.ts';
import {
  pageOf,
  paginationSchema,
  queryList,
  queryNumber,
  queryText,
  queryTime,
  time,
  wholeNumber,
} from './common.ts';

export const jobStatusSchema = z.enum(JOB_STATUSES).openapi('JobStatus');

export const jobSchema = z
  .object({
    id: z.string().describe("`<repository id>-<GitHub's job id>`"),
    repository: z.string().describe('`owner/name`'),
    repository_id: wholeNumber(),
    github_job_id: wholeNumber(),
    run_id: wholeNumber(),
    run_attempt: wholeNumber(),
    workflow_name: z.string().nullable(),
    name: z.string(),
    labels: z.array(z.string()),
    branch: z.string().nullable(),
    head_sha: z.string().nullable(),
    event: z.string().nullable(),
    github_url: z.string().nullable(),
    priority: z.int().nullable(),
    pool: z.string().nullable(),
    team: z.string().nullable(),
    source: z.string(),
    runner_name: z.string().nullable(),
    host_id: z.string().nullable(),
    container_id: z.string().nullable(),
    status: jobStatusSchema,
    detail: z.string().nullable().describe('What it waits for, or why it ended'),
    error_code: z.string().nullable(),
    conclusion: z.string().nullable().describe("GitHub's, once the job is over"),
    attempts: wholeNumber().describe('Runners launched for it'),
    correlation_id: z.string(),
    delivery_id: z.string().nullable(),
    queued_at: time(),
    received_at: time(),
    admitted_at: time().nullable(),
    claimed_at: time().nullable(),
    minted_at: time().nullable(),
    container_started_at: time().nullable(),
    picked_up_at: time().nullable(),
    completed_at: time().nullable(),
    removed_at: time().nullable(),
    updated_at: time(),
  })
  .openapi('Job');

export const timelineStepSchema = z
  .object({
    step: z.string(),
    at: time(),
    milliseconds_since_previous: z.int().nullable().describe('null for the first step'),
  })
  .openapi('TimelineStep');

export const jobDetailSchema = jobSchema
  .extend({
    timeline: z.array(timelineStepSchema),
    workflow: z.object({
      id: z.string(),
      url: z.string().nullable().describe('In the Temporal Web UI; null where none is configured'),
    }),
  })
  .openapi('JobDetail');

export const jobPageSchema = pageOf(jobSchema, 'JobPage');

export const jobQuerySchema = paginationSchema.extend({
  status: queryList(JOB_STATUSES).optional(),
  repository: queryText().optional(),
  pool: queryText().optional(),
  host: queryText().optional(),
  label: queryText().optional(),
  since: queryTime().optional().describe('Received at or after'),
  until: queryTime().optional().describe('Received before'),
  github_job_id: queryNumber().optional(),
});

/** `<repository id>-<job id>`; anything else names no job, which is a 404 and not a bad request. */
export const jobParametersSchema = z.object({ id: z.string().openapi({ example: '1296269-42' }) });

export const logQuerySchema = z.object({
  follow: z
    .enum(['0', '1', 'true', 'false'])
    .optional()
    .openapi({ description: '`1`: server-sent events until the runner is gone' }),
});

export const cancelRequestSchema = z
  .strictObject({
    reason: z.string().max(500).optional(),
    scope: z
      .enum(['run', 'runner'])
      .optional()
      .describe(
        '`run` (default): GitHub is told to cancel too; `runner`: only the runner is removed',
      ),
  })
  .openapi('CancelRequest');

export type Job = z.output<typeof jobSchema>;
export type JobDetail = z.output<typeof jobDetailSchema>;
export type JobPage = z.output<typeof jobPageSchema>;
export type JobQuery = z.output<typeof jobQuerySchema>;
export type TimelineStep = z.output<typeof timelineStepSchema>;
