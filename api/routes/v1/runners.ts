import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { configCommand, githubServer } from '../../../domain/config-command.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { RegistrationMode, RegistrationStatus } from '../../../domain/registration-status.ts';
import type { RegistrationModel } from '../../../prisma/generated/models/Registration.ts';
import type { RunnerCredential } from '../../../workflows/contracts/registration.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { ApiEnvironment } from '../../environment.ts';
import { NotSignedInError } from '../../errors.ts';
import { keepInstead } from '../../middleware/idempotency.ts';
import { readAllowance } from '../../registrations/allowance.ts';
import { findRegistration } from '../../registrations/find-registration.ts';
import { refresh, remove } from '../../registrations/follow-registration.ts';
import { listRegistrations } from '../../registrations/list-registrations.ts';
import { registerReserved } from '../../registrations/provision.ts';
import { Reservations } from '../../registrations/reserve.ts';
import {
  allowanceQuerySchema,
  allowanceSchema,
  deletionQuerySchema,
  provisionedSchema,
  provisionRequestSchema,
  registrationPageSchema,
  registrationParametersSchema,
  registrationPlaceSchema,
  registrationQuerySchema,
  registrationSchema,
} from '../../schemas/registration.ts';
import { toRegistration } from '../../views/registration-view.ts';
import { declareRoute } from '../declare-route.ts';

const tags = ['Token service'];

const provision = declareRoute('runners:write', [409], {
  method: 'post',
  path: '/api/v1/runners/provision',
  tags,
  summary: 'Get a registration for one runner on a machine of your own',
  description:
    'What it registers with is in this answer only: it is stored nowhere. Repeated under its `Idempotency-Key` the request is answered without it.',
  request: {
    body: { required: true, content: { 'application/json': { schema: provisionRequestSchema } } },
  },
  responses: {
    201: {
      description: 'It may register now',
      content: { 'application/json': { schema: provisionedSchema } },
    },
  },
});

const list = declareRoute('runners:read', [], {
  method: 'get',
  path: '/api/v1/runners',
  tags,
  summary: "List provisioned runners: your own and your teams', the latest first",
  request: { query: registrationQuerySchema },
  responses: {
    200: {
      description: 'Runners',
      content: { 'application/json': { schema: registrationPageSchema } },
    },
  },
});

const allowance = declareRoute('runners:read', [], {
  method: 'get',
  path: '/api/v1/runners/allowance',
  tags,
  summary: 'What you may provision: labels, quotas, targets',
  request: { query: allowanceQuerySchema },
  responses: {
    200: {
      description: 'What holds for you, or for a team of yours',
      content: { 'application/json': { schema: allowanceSchema } },
    },
  },
});

const get = declareRoute('runners:read', [404, 409], {
  method: 'get',
  path: '/api/v1/runners/{name}',
  tags,
  summary: 'A provisioned runner',
  request: { params: registrationParametersSchema, query: registrationPlaceSchema },
  responses: {
    200: {
      description: 'The runner',
      content: { 'application/json': { schema: registrationSchema } },
    },
  },
});

const sync = declareRoute('runners:write', [404, 409], {
  method: 'post',
  path: '/api/v1/runners/{name}/refresh',
  tags,
  summary: 'Compare a provisioned runner with GitHub now',
  request: { params: registrationParametersSchema, query: registrationPlaceSchema },
  responses: {
    200: {
      description: 'The runner as it stands at GitHub',
      content: { 'application/json': { schema: registrationSchema } },
    },
  },
});

const drop = declareRoute('runners:write', [404, 409], {
  method: 'delete',
  path: '/api/v1/runners/{name}',
  tags,
  summary: 'Remove a provisioned runner at GitHub and here',
  request: { params: registrationParametersSchema, query: deletionQuerySchema },
  responses: { 204: { description: 'It is gone' } },
});

/** Provisioned runners: get one, look at them, remove them. */
export function createRunnerRoutes(dependencies: Dependencies) {
  const { database, settings } = dependencies;
  const reservations = new Reservations(dependencies);
  const server = githubServer(settings.GITHUB_API_URL);
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(provision, async (context) => {
      const request = context.req.valid('json');
      const row = await reservations.reserve(context, principalOf(context), request);
      const credential = await registerReserved(dependencies, context, row);
      const shown = toProvisioned(row);
      keepInstead(context, { ...shown, ...withoutSecrets(credential.mode) });
      return context.json({ ...shown, ...secretsOf(row, credential, server) }, 201);
    })
    .openapi(list, async (context) =>
      context.json(
        await listRegistrations(database, principalOf(context), context.req.valid('query')),
        200,
      ),
    )
    .openapi(allowance, async (context) => {
      const { team } = context.req.valid('query');
      return context.json(await readAllowance(dependencies, principalOf(context), team), 200);
    })
    .openapi(get, async (context) => {
      const { name } = context.req.valid('param');
      const { target } = context.req.valid('query');
      const row = await findRegistration(database, principalOf(context), name, target);
      return context.json(toRegistration(row), 200);
    })
    .openapi(sync, async (context) => {
      const { name } = context.req.valid('param');
      const { target } = context.req.valid('query');
      const row = await findRegistration(database, principalOf(context), name, target);
      return context.json(toRegistration(await refresh(dependencies, context, row)), 200);
    })
    .openapi(drop, async (context) => {
      const principal = principalOf(context);
      const { name } = context.req.valid('param');
      const { target, force } = context.req.valid('query');
      const row = await findRegistration(database, principal, name, target);
      await remove(dependencies, context, principal, row, force === 'true');
      return context.body(null, 204);
    });
}

function principalOf(context: Context<ApiEnvironment>): Principal {
  const principal = context.get('principal');
  if (!principal) throw new NotSignedInError();
  return principal;
}

function toProvisioned(row: RegistrationModel) {
  return {
    id: row.id,
    name: row.name,
    status: row.status as RegistrationStatus,
    expires_at: row.expiresAt.toISOString(),
    labels: row.labels,
    target: row.target,
    team: row.team,
    mode: row.mode as RegistrationMode,
    runner_group: row.runnerGroup,
    ephemeral: row.ephemeral,
  };
}

function secretsOf(row: RegistrationModel, credential: RunnerCredential, server: string) {
  if (credential.mode === 'jit') return { jit_config: credential.jitConfig };
  const { token } = credential;
  return { registration_token: token, config_command: configCommand({ ...row, server, token }) };
}

function withoutSecrets(mode: RegistrationMode) {
  return mode === 'jit' ? { jit_config: null } : { registration_token: null, config_command: null };
}
