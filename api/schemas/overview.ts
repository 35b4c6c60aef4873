import { z } from '@hono/zod-openapi';
import { JOB_STATUSES } from '../../domain/job-status.ts';
import { time, wholeNumber } from './common.ts';
import { hostSchema } from './host.ts';
import { jobSchema } from './job.ts';

export const queueTimeSchema = z
  .object({
    at: time().describe('Start of the minute'),
    jobs: wholeNumber().describe('Picked up in that minute'),
    p50_seconds: z.number(),
    p95_seconds: z.number(),
  })
  .openapi('QueueTime');

export const overviewSchema = z
  .object({
    jobs: z
      .record(z.enum(JOB_STATUSES), wholeNumber())
      .describe('Jobs that are under way now; of the last 24 hours those that are over'),
    running: z.array(jobSchema).describe('Under way, the oldest first, at most 50'),
    recent: z.array(jobSchema).describe('The latest 20 of all'),
    hosts: z.array(hostSchema),
    queue_time: z
      .array(queueTimeSchema)
      .describe(
        'From queued to picked up, by minute, over the last hour; minutes without jobs are left out',
      ),
  })
  .openapi('Overview');

export type Overview = z.output<typeof overviewSchema>;
export type QueueTime = z.output<typeof queueTimeSchema>;
