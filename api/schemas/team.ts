import { z } from '@hono/zod-openapi';
import { parseTarget } from '../../domain/registration-target.ts';
import { MEMBER_KINDS } from '../../domain/team-membership.ts';
import { pageOf, queryText, time } from './common.ts';
import { labelPolicySchema } from './label-policy.ts';
import { teamNameSchema } from './team-name.ts';

/** An organization, or `owner/name` of a repository. */
export const targetSchema = () =>
  z
    .string()
    .max(140)
    .refine(
      (text) => parseTarget(text) !== null,
      'must be an organization, or owner/name of a repository',
    )
    .openapi({ example: 'acme' });

const repositoryPattern = () =>
  z
    .string()
    .max(140)
    .regex(/^[\w.*-]+\/[\w.*-]+$/, 'must be owner/name, in which * stands for any characters')
    .openapi({ example: 'acme/*' });

const description = () =>
  z
    .string()
    .max(500)
    .regex(/^[^\u0000]*$/, 'must not hold a NUL');
const repositories = () =>
  z
    .array(repositoryPattern())
    .max(200)
    .describe('Their jobs are the team’s; it may provision runners for them');

export const memberSchema = z
  .object({
    id: z.string(),
    kind: z.enum(MEMBER_KINDS),
    issuer: z.string().nullable().describe('for subject and claim: of this issuer only'),
    claim: z.string().nullable().describe('for claim: its name'),
    value: z.string(),
  })
  .openapi('TeamMember');

export const memberRequestSchema = z
  .strictObject({
    kind: z
      .enum(MEMBER_KINDS)
      .describe(
        '`user`: value is a username; `subject`: of an identity provider; `email`: a verified address; `claim`: what the claim says, or a pattern such as acme/*',
      ),
    issuer: z
      .url({ protocol: /^https?$/ })
      .max(256)
      .nullish(),
    claim: queryText().nullish(),
    value: queryText(),
  })
  .superRefine(({ kind, issuer, claim, value }, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'claim' && !claim) complain('claim', 'must name the claim, such as groups');
    if (kind !== 'claim' && claim) complain('claim', 'is for members of kind claim only');
    if ((kind === 'user' || kind === 'email') && issuer) {
      complain('issuer', 'is for members of kind subject and claim only');
    }
    if (kind === 'email' && !/^[^@\s]+@[^@\s]+$/.test(value)) {
      complain('value', 'must be an e-mail address');
    }
  })
  .openapi('TeamMemberRequest');

export const teamSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    repositories: z.array(z.string()),
    target: z
      .string()
      .nullable()
      .describe('Where its runners are registered unless a request says'),
    members: z.array(memberSchema),
    // nullable() of a schema with a name would be told as a type that is an object and null at once
    policy: z.union([labelPolicySchema, z.null()]),
    created_at: time(),
  })
  .openapi('Team');

export const teamRequestSchema = z
  .strictObject({
    name: teamNameSchema,
    description: description().default(''),
    repositories: repositories().default([]),
    target: targetSchema().nullable().default(null),
  })
  .openapi('TeamRequest');

export const teamChangeSchema = z
  .strictObject({
    description: description().optional(),
    repositories: repositories().optional(),
    target: targetSchema().nullable().optional(),
  })
  .openapi('TeamChange');

export const teamPageSchema = pageOf(teamSchema, 'TeamPage');
export const teamParametersSchema = z.object({ name: queryText().openapi({ example: 'blue' }) });
export const memberParametersSchema = teamParametersSchema.extend({ id: queryText() });

export type Team = z.output<typeof teamSchema>;
export type TeamPage = z.output<typeof teamPageSchema>;
export type TeamRequest = z.output<typeof teamRequestSchema>;
export type TeamChange = z.output<typeof teamChangeSchema>;
export type Member = z.output<typeof memberSchema>;
export type MemberRequest = z.output<typeof memberRequestSchema>;
