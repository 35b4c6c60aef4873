import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Run } from '../entities.ts';
import { ensureAccount, ensureRepository } from '../lifecycle/accounts.ts';
import { cancelRun, runOutcome } from '../lifecycle/cancel-run.ts';
import { approveRun, queueRun, rerun } from '../lifecycle/queue-run.ts';
import type { World } from '../world.ts';
import { ControlError, found, readBody } from './errors.ts';
import { controlRun } from './shapes.ts';

const name = /^[A-Za-z0-9_.-]{1,100}$/;
const fullName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, 'must be owner/name');

const organization = z.strictObject({
  login: z.string().regex(name),
  type: z.enum(['Organization', 'User']).default('Organization'),
});

const repository = z.strictObject({
  full_name: fullName,
  private: z.boolean().default(true),
  default_branch: z.string().min(1).default('main'),
});

const step = z.strictObject({ name: z.string().optional(), run: z.string().max(64 * 1024) });
const job = z.strictObject({
  name: z.string().min(1).default('build'),
  labels: z.array(z.string().min(1)).default(['self-hosted']),
  steps: z
    .array(step)
    .max(100)
    .default([{ run: 'echo Hello from the simulated GitHub' }]),
  waiting: z.boolean().default(false),
});

const runOrder = z.strictObject({
  repository: fullName,
  workflow: z.string().min(1).default('CI'),
  branch: z.string().min(1).optional(),
  event: z.string().min(1).default('push'),
  head_sha: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  jobs: z.array(job).min(1).max(256),
  count: z.number().int().min(1).max(10_000).default(1),
});

/** Accounts, repositories and workflow runs. */
export function controlRuns(world: World): Hono {
  const routes = new Hono();
  const byId = (context: Context): Run =>
    found(world.store.runs.get(Number(context.req.param('id'))), 'run');

  routes.post('/organizations', async (context) => {
    const { login, type } = organization.parse(await readBody(context));
    const { account, created } = ensureAccount(world, login, type);
    const { id, installationId } = account;
    return context.json(
      { id, login: account.login, type: account.type, installation_id: installationId },
      created ? 201 : 200,
    );
  });

  routes.post('/repositories', async (context) => {
    const asked = repository.parse(await readBody(context));
    const made = ensureRepository(world, asked.full_name, {
      private: asked.private,
      defaultBranch: asked.default_branch,
    });
    const account = world.store.accounts.get(made.repository.accountId);
    return context.json(
      {
        id: made.repository.id,
        full_name: made.repository.fullName,
        private: made.repository.private,
        default_branch: made.repository.defaultBranch,
        installation_id: account?.installationId,
      },
      made.created ? 201 : 200,
    );
  });

  routes.post('/runs', async (context) => {
    const asked = runOrder.parse(await readBody(context));
    const target = ensureRepository(world, asked.repository).repository;
    const plans = asked.jobs.map((plan) => ({
      ...plan,
      steps: plan.steps.map(({ name: given, run }) => ({ name: given ?? firstLine(run), run })),
    }));
    const runs = Array.from({ length: asked.count }, () =>
      queueRun(world, {
        repository: target,
        workflow: asked.workflow,
        branch: asked.branch ?? target.defaultBranch,
        event: asked.event,
        headSha: asked.head_sha ?? null,
        plans,
      }),
    );
    return context.json({ runs: runs.map((run) => controlRun(world, run)) }, 201);
  });

  routes.get('/runs', (context) =>
    context.json({ runs: [...world.store.runs.values()].map((run) => controlRun(world, run)) }),
  );
  routes.get('/runs/:id', (context) => context.json(controlRun(world, byId(context))));

  routes.post('/runs/:id/cancel', (context) => {
    const run = byId(context);
    cancelRun(world, run);
    return context.json(controlRun(world, run), 202);
  });

  routes.post('/runs/:id/approve', (context) => {
    const run = byId(context);
    approveRun(world, run);
    return context.json(controlRun(world, run), 202);
  });

  routes.post('/runs/:id/rerun', (context) => {
    const run = byId(context);
    if (runOutcome(world, run).status !== 'completed') {
      throw new ControlError(409, 'The run is not over yet');
    }
    rerun(world, run);
    return context.json(controlRun(world, run), 201);
  });

  return routes;
}

function firstLine(script: string): string {
  return (script.split('\n', 1)[0] ?? '').slice(0, 80);
}
