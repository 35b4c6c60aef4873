import { z } from '@hono/zod-openapi';

/** Every error of the API (RFC 9457), with a stable code and the request's correlation id. */
export const problemSchema = z
  .object({
    type: z.string().describe('`about:blank`, or an address that explains the code'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe("What is wrong, and how to mend it where there's a way"),
    instance: z.string().describe('Path of the request'),
    code: z.string().describe('Stable, for programs'),
    correlation_id: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Each field that is wrong'),
  })
  .openapi('Problem');

export type Problem = z.output<typeof problemSchema>;
