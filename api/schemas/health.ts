import { z } from '@hono/zod-openapi';

export const healthSchema = z
  .object({ status: z.literal('ok'), version: z.string(), uptime_seconds: z.number() })
  .openapi('Health');

export const dependencySchema = z
  .object({
    name: z.enum(['database', 'temporal']),
    state: z.enum(['up', 'down']),
    required: z.boolean().describe('Webhooks are taken as long as every required one is up'),
    latency_milliseconds: z.number(),
    detail: z.string().nullable(),
  })
  .openapi('Dependency');

export const readinessSchema = z
  .object({
    status: z
      .enum(['ready', 'degraded', 'not_ready'])
      .describe('`degraded`: webhooks are stored, and handed over later'),
    dependencies: z.array(dependencySchema),
  })
  .openapi('Readiness');

export type Readiness = z.output<typeof readinessSchema>;
