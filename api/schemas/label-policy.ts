import { z } from '@hono/zod-openapi';
import { pageOf, time } from './common.ts';
import { teamNameSchema } from './team-name.ts';

/** Printable ASCII without commas, no space at either end: what everybody reads and compares alike. */
const LABEL = /^[!-+.-~]([ -+\--~]*[!-+\--~])?$/;
const LABEL_RULE =
  'must be printable ASCII without commas, not begin with a dash, nor begin or end with a space';

/** A runner's label: config.sh separates labels by commas, and takes a leading dash for an option. */
export const labelSchema = () => z.string().min(1).max(256).regex(LABEL, LABEL_RULE);

const patterns = () =>
  z
    .array(labelSchema())
    .max(200)
    .describe(
      'Labels, or patterns in which `*` stands for any characters; case counts for nothing',
    );

const limit = () => z.int().min(0).max(100_000).nullable();

/** GitHub's limit on the name is 64 characters, without control characters. */
export const runnerGroupSchema = () =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(
      /^[!-,.-~]([ -~]*[!-~])?$/,
      'must be printable ASCII, not begin with a dash, nor end with a space',
    );

const rules = {
  allowed: patterns(),
  denied: patterns().describe('As `allowed`, and wins over it'),
  required: patterns().describe('Each must be met by one label'),
  max_runners: limit().describe('At once; null: no limit of its own'),
  max_runners_per_hour: limit().describe('Within any 60 minutes; null: no limit of its own'),
  allow_persistent: z.boolean().describe('Whether runners for more than one job may be had'),
  runner_groups: z
    .array(runnerGroupSchema())
    .max(50)
    .describe('Names; empty: `Default` only. The first is taken where a request names none'),
};

const USERNAME = /^[^\s\u0000-\u001f\u007f]{1,200}$/;

/** Whose policy: everybody's who has none, a team's, a user's, or an identity provider's subject's. */
export const policySubjectSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(isSubject, 'must be default, team:NAME, user:USERNAME or oidc:ISSUER#SUBJECT')
  .openapi({ example: 'team:blue' });

function isSubject(text: string): boolean {
  const [kind = ''] = text.split(':', 1);
  const name = text.slice(kind.length + 1);
  switch (kind) {
    case 'default':
      return text === 'default';
    case 'team':
      return teamNameSchema.safeParse(name).success;
    case 'user':
      return USERNAME.test(name) && name === name.toLowerCase();
    case 'oidc':
      return /^https?:\/\/[!-"$-~]+#[^\u0000-\u001f\u007f]+$/.test(name);
    default:
      return false;
  }
}

export const labelPolicySchema = z
  .object({
    subject: z.string(),
    ...rules,
    updated_at: time().nullable().describe('null: built in, not written by anybody'),
  })
  .openapi('LabelPolicy');

/** What is left out is empty, without limit, or false. */
export const labelPolicyRequestSchema = z
  .strictObject({
    subject: policySubjectSchema,
    allowed: rules.allowed.default([]),
    denied: rules.denied.default([]),
    required: rules.required.default([]),
    max_runners: rules.max_runners.default(null),
    max_runners_per_hour: rules.max_runners_per_hour.default(null),
    allow_persistent: rules.allow_persistent.default(false),
    runner_groups: rules.runner_groups.default([]),
  })
  .openapi('LabelPolicyRequest');

export const labelPolicyPageSchema = pageOf(labelPolicySchema, 'LabelPolicyPage');

export const labelPolicyParametersSchema = z.object({
  subject: z.string().min(1).max(512).openapi({ example: 'team:blue' }),
});

export type LabelPolicyView = z.output<typeof labelPolicySchema>;
export type LabelPolicyPage = z.output<typeof labelPolicyPageSchema>;
export type LabelPolicyRequest = z.output<typeof labelPolicyRequestSchema>;
