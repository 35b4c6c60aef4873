import { z } from '@hono/zod-openapi';
import { PERMISSIONS, ROLES } from '../../domain/principal.ts';
import { time } from './common.ts';

/** Bytes, in UTF-8. */
const MOST_PASSWORD = 1024;

/** A password as somebody types it; what a new one must be like is told elsewhere. */
export const passwordText = () =>
  z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= MOST_PASSWORD, {
      message: `must not be longer than ${MOST_PASSWORD} bytes`,
    })
    .openapi({ format: 'password', maxLength: MOST_PASSWORD });

/** One line for people to read. */
export const lineText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not hold control characters');

export const loginSchema = z
  .strictObject({
    username: lineText(256).transform((text) => text.toLowerCase()),
    password: passwordText(),
    cookies: z
      .boolean()
      .optional()
      .describe('true: the tokens come as cookies for the dashboard, and not in the answer'),
  })
  .openapi('Login');

export const refreshSchema = z
  .strictObject({
    refresh_token: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('left out: the cookie holds it, and gets the next one'),
  })
  .openapi('Refresh');

export const profileSchema = z
  .object({
    id: z.string(),
    username: z.string().nullable().describe('null without an account'),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum([...ROLES, 'member']),
    scope: z.enum(['all', 'teams']),
    teams: z.array(z.string()),
    permissions: z.array(z.enum(PERMISSIONS)),
    kind: z.enum(['session', 'api_token', 'oidc']),
    session_expires_at: time().nullable().describe('null for a request without a session'),
    has_password: z.boolean(),
  })
  .openapi('Profile');

export const signedInSchema = z
  .object({
    access_token: z.string().optional().describe('left out where cookies were asked for'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('seconds until the access token lapses'),
    refresh_token: z.string().optional().describe('good once; left out where cookies hold it'),
    profile: profileSchema,
  })
  .openapi('SignedIn');

export const signInMethodsSchema = z
  .object({
    password: z.boolean(),
    oidc: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  .openapi('SignInMethods');

export const changePasswordSchema = z
  .strictObject({ current_password: passwordText(), new_password: passwordText() })
  .openapi('ChangePassword');

export const sessionSchema = z
  .object({
    id: z.string(),
    method: z.enum(['password', 'oidc']),
    address: z.string(),
    user_agent: z.string(),
    created_at: time(),
    last_used_at: time(),
    expires_at: time(),
    current: z.boolean(),
  })
  .openapi('Session');

export const idParametersSchema = z.object({ id: z.string().max(64) });

export const sessionListSchema = z.object({ items: z.array(sessionSchema) }).openapi('SessionList');

export type Profile = z.output<typeof profileSchema>;
export type SignedIn = z.output<typeof signedInSchema>;
export type Session = z.output<typeof sessionSchema>;
