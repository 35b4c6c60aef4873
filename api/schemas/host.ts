import { z } from '@hono/zod-openapi';
import { pageOf, time, wholeNumber } from './common.ts';

export const hostSchema = z
  .object({
    id: z.string(),
    hostname: z.string(),
    labels: z.array(z.string()),
    pools: z.array(z.string()),
    capacity: wholeNumber().describe('Runners at once'),
    running: wholeNumber(),
    reserved: wholeNumber(),
    cpus: z.number(),
    memory_bytes: wholeNumber(),
    docker_version: z.string(),
    state: z.enum(['active', 'draining', 'lost']).describe('`lost`: silent for too long'),
    registered_at: time(),
    started_at: time(),
    heartbeat_at: time(),
  })
  .openapi('Host');

export const hostPageSchema = pageOf(hostSchema, 'HostPage');
export const hostParametersSchema = z.object({ id: z.string() });

export type Host = z.output<typeof hostSchema>;
