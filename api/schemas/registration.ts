import { z } from '@hono/zod-openapi';
import { REGISTRATION_MODES, REGISTRATION_STATUSES } from '../../domain/registration-status.ts';
import { pageOf, paginationSchema, queryList, queryText, time, wholeNumber } from './common.ts';
import { labelPolicySchema, labelSchema, runnerGroupSchema } from './label-policy.ts';
import { targetSchema } from './team.ts';

/** `ry-` is for the runners that Runyard launches itself; two more are addresses of their own. */
const runnerNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    'must be 1 to 64 letters, digits, dashes, dots and underscores, beginning with a letter or digit',
  )
  .refine((name) => !/^ry-/i.test(name), 'must not begin with ry-, which the pools’ own runners do')
  .refine(
    (name) => !['allowance', 'provision'].includes(name.toLowerCase()),
    'must not be "allowance" or "provision"',
  )
  .openapi({ example: 'build-machine-7' });

export const provisionRequestSchema = z
  .strictObject({
    runner_name: runnerNameSchema,
    labels: z
      .array(labelSchema())
      .max(100)
      .describe('`self-hosted` is added. System labels need no permission'),
    ephemeral: z.boolean().default(true).describe('Serves one job, then it is gone'),
    runner_group: runnerGroupSchema()
      .optional()
      .describe('Of the organization; left out: the first that the policy names'),
    team: queryText()
      .nullish()
      .describe('Left out: the only team that you are in; null: for yourself, and no team'),
    mode: z
      .enum(REGISTRATION_MODES)
      .default('jit')
      .describe(
        '`jit`: a configuration whose labels GitHub fixes; `registration_token`: a token and the command that uses it',
      ),
    target: targetSchema()
      .optional()
      .describe("An organization, or owner/name of a repository; left out: the team's"),
  })
  .superRefine(({ mode, ephemeral, target, runner_group: group }, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (mode === 'jit' && !ephemeral) {
      complain(
        'ephemeral',
        'must be true with mode jit: persistent runners take mode registration_token',
      );
    }
    if (target?.includes('/') && group !== undefined && group.toLowerCase() !== 'default') {
      complain(
        'runner_group',
        'must be left out for a repository: only organizations have runner groups',
      );
    }
  })
  .openapi('ProvisionRequest');

const shown = {
  id: z.string(),
  name: z.string(),
  target: z.string(),
  team: z.string().nullable(),
  labels: z.array(z.string()).describe('As granted'),
  mode: z.enum(REGISTRATION_MODES),
  status: z.enum(REGISTRATION_STATUSES),
  expires_at: time().describe('Until then it must have come online'),
};

const once = (what: string) =>
  z.string().nullable().optional().describe(`${what}; shown once: null when a request is repeated`);

export const provisionedSchema = z
  .object({
    ...shown,
    runner_group: z.string(),
    ephemeral: z.boolean(),
    jit_config: once('For ACTIONS_RUNNER_INPUT_JITCONFIG, or run.sh --jitconfig'),
    registration_token: once('Lives one hour'),
    config_command: once('To be run in the folder of the runner'),
  })
  .openapi('ProvisionedRunner');

export const registrationSchema = z
  .object({
    ...shown,
    owner: z.string().describe('`user:USERNAME` or `oidc:ISSUER#SUBJECT`'),
    owner_name: z.string(),
    runner_group: z.string(),
    ephemeral: z.boolean(),
    detail: z.string(),
    flagged: z.boolean().describe('It came with labels that were not granted'),
    flag_reason: z.string().nullable(),
    created_at: time(),
    online_at: time().nullable(),
    offline_at: time().nullable(),
    checked_at: time().nullable().describe('When GitHub was last asked'),
    removed_at: time().nullable(),
  })
  .openapi('Registration');

export const registrationPageSchema = pageOf(registrationSchema, 'RegistrationPage');

export const registrationQuerySchema = paginationSchema.extend({
  team: queryText().optional(),
  status: queryList(REGISTRATION_STATUSES)
    .optional()
    .describe('Left out: all but `expired` and `deleted`'),
});

export const registrationParametersSchema = z.object({
  name: queryText().describe('The name, or the id').openapi({ example: 'build-machine-7' }),
});

const place = {
  target: queryText().optional().describe('Where runners of one name are live at several targets'),
};
export const registrationPlaceSchema = z.object(place);
export const deletionQuerySchema = z.object({
  ...place,
  force: z
    .enum(['true', 'false'])
    .optional()
    .describe('Also while it runs a job; administrators only'),
});

export const allowanceQuerySchema = z.object({ team: queryText().optional() });

const used = { runners: wholeNumber(), last_hour: wholeNumber() };

export const allowanceSchema = z
  .object({
    team: z.string().nullable(),
    teams: z.array(z.string()).describe('That you may provision for'),
    policy: labelPolicySchema.describe('What holds, all policies together'),
    used: z.object(used),
    quotas: z.array(
      z.object({
        of: z.enum(['owner', 'team']),
        name: z.string(),
        max_runners: wholeNumber().nullable(),
        max_runners_per_hour: wholeNumber().nullable(),
        ...used,
      }),
    ),
    targets: z.array(z.string()).describe('Known ones; the first is taken where none is named'),
  })
  .openapi('Allowance');

export type ProvisionRequest = z.output<typeof provisionRequestSchema>;
export type ProvisionedRunner = z.output<typeof provisionedSchema>;
export type Registration = z.output<typeof registrationSchema>;
export type RegistrationPage = z.output<typeof registrationPageSchema>;
export type RegistrationQuery = z.output<typeof registrationQuerySchema>;
export type Allowance = z.output<typeof allowanceSchema>;
