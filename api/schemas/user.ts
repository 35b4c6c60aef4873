import { z } from '@hono/zod-openapi';
import { isPermissionPattern, ROLES } from '../../domain/principal.ts';
import { lineText, passwordText } from './auth.ts';
import { pageOf, paginationSchema, time } from './common.ts';

const email = () => z.email().max(254).nullable();
const scope = () => z.enum(['all', 'teams']);
const describedScope = () =>
  scope().describe("teams: sees only what belongs to the user's teams, or to the user");

export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    name: z.string(),
    email: email(),
    role: z.enum(ROLES),
    scope: describedScope(),
    active: z.boolean(),
    has_password: z.boolean(),
    issuer: z.string().nullable().describe('of those who sign in by an identity provider'),
    created_at: time(),
    last_sign_in_at: time().nullable(),
  })
  .openapi('User');

export const userPageSchema = pageOf(userSchema, 'UserPage');

export const newUserSchema = z
  .strictObject({
    username: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(
        z
          .string()
          .regex(
            /^[a-z0-9][a-z0-9._@-]{0,62}$/,
            'must begin with a letter or digit, and have at most 63 of a-z, 0-9, . _ @ -',
          ),
      )
      .openapi({ type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,62}$' }),
    name: lineText(200),
    email: email().optional(),
    role: z.enum(ROLES),
    scope: describedScope().optional(),
    password: passwordText().optional().describe('left out: one is made, and answered once'),
  })
  .openapi('NewUser');

export const createdUserSchema = userSchema
  .extend({
    initial_password: z.string().optional().describe('shown this once, where none was given'),
  })
  .openapi('CreatedUser');

export const userChangesSchema = z
  .strictObject({
    name: lineText(200).optional(),
    email: email().optional(),
    role: z.enum(ROLES).optional(),
    scope: describedScope().optional(),
    active: z.boolean().optional(),
    password: passwordText().optional(),
  })
  .openapi('UserChanges');

export const apiTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe('how the token begins'),
    permissions: z.array(z.string()).describe('empty: all that the user may'),
    created_at: time(),
    expires_at: time().nullable(),
    last_used_at: time().nullable().describe('to a minute'),
    username: z.string(),
  })
  .openapi('ApiToken');

export const apiTokenPageSchema = pageOf(apiTokenSchema, 'ApiTokenPage');

export const tokenQuerySchema = paginationSchema.extend({
  all: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'true: those of every user; needs users:read' }),
});

export const newApiTokenSchema = z
  .strictObject({
    name: lineText(100),
    permissions: z
      .array(
        z
          .string()
          .max(64)
          .refine(isPermissionPattern, 'is no permission, such as jobs:read or jobs:*'),
      )
      .max(64)
      .optional()
      .describe('left out or empty: all that the user may'),
    expires_in_days: z.int().min(1).max(3650).optional().describe('left out: never'),
  })
  .openapi('NewApiToken');

export const createdApiTokenSchema = apiTokenSchema
  .extend({ token: z.string().describe('shown this once') })
  .openapi('CreatedApiToken');

export type User = z.output<typeof userSchema>;
export type UserPage = z.output<typeof userPageSchema>;
export type CreatedUser = z.output<typeof createdUserSchema>;
export type ApiToken = z.output<typeof apiTokenSchema>;
export type ApiTokenPage = z.output<typeof apiTokenPageSchema>;
export type CreatedApiToken = z.output<typeof createdApiTokenSchema>;
export type NewUser = z.output<typeof newUserSchema>;
export type UserChanges = z.output<typeof userChangesSchema>;
export type NewApiToken = z.output<typeof newApiTokenSchema>;
