import { z } from '@hono/zod-openapi';

/** A team's name stands in addresses, policies and metrics, and is never changed. */
export const teamNameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be 1 to 40 lower-case letters, digits and dashes, with no dash at either end',
  )
  .openapi({ example: 'blue' });
