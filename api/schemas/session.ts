import { z } from '@hono/zod-openapi';
import { time } from './common.ts';

export const principalSchema = z
  .object({
    kind: z.enum(['session', 'api_token', 'oidc']),
    id: z.string(),
    name: z.string(),
    role: z.enum(['admin', 'operator', 'viewer']),
    teams: z.array(z.string()),
    permissions: z.array(z.string()),
  })
  .openapi('Principal');

export const sessionSchema = z
  .object({
    principal: principalSchema,
    expires_at: time().nullable().describe('null where the request carried a token'),
  })
  .openapi('Session');

export const signInSchema = z
  .strictObject({ token: z.string().min(1).max(4096) })
  .openapi('SignIn');

export type Session = z.output<typeof sessionSchema>;
