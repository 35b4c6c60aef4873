import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Runner, Token } from '../entities.ts';
import {
  registerRunner,
  removeRunner,
  runnerConnected,
  runnerDisconnected,
} from '../lifecycle/runners.ts';
import { encodeJitConfig } from '../runner/jit-config.ts';
import { heard } from '../runner/runner-lines.ts';
import { DEFAULT_GROUP } from '../shapes/runner.ts';
import { hashToken } from '../tokens.ts';
import type { RunnerLink, World } from '../world.ts';
import { ControlError, found, readBody } from './errors.ts';
import { controlRunner } from './shapes.ts';

/** Labels that `config.sh` gives a runner by its machine. */
const MACHINE_LABELS = ['self-hosted', 'Linux', 'X64'];

const configuration = z.strictObject({
  token: z.string().min(1),
  name: z.string().min(1).max(64),
  labels: z.array(z.string().min(1).max(256)).default([]),
  no_default_labels: z.boolean().default(false),
  ephemeral: z.boolean().default(false),
  replace: z.boolean().default(false),
  runner_group: z.string().min(1).optional(),
});
const connection = z.strictObject({ accepts: z.boolean().default(true) });
const newGroup = z.strictObject({ name: z.string().min(1) });

/** What somebody does on a machine of theirs: configures a runner, starts it, stops it. */
export function controlRunners(world: World): Hono {
  const { store } = world;
  const routes = new Hono();
  const byId = (context: Context): Runner =>
    found(store.runners.get(Number(context.req.param('id'))), 'runner');

  routes.get('/runners', (context) => {
    const { name } = context.req.query();
    const runners = [...store.runners.values()].filter((one) => !name || one.name === name);
    return context.json({ runners: runners.map((runner) => controlRunner(world, runner)) });
  });

  routes.post('/runners', async (context) => {
    const asked = configuration.parse(await readBody(context));
    const { runner, token } = configure(world, asked);
    const jitConfig = encodeJitConfig(world.addresses.runner, runner, token);
    return context.json({ ...controlRunner(world, runner), jit_config: jitConfig }, 201);
  });

  routes.post('/runners/:id/online', async (context) => {
    const runner = byId(context);
    const { accepts } = connection.parse(await readBody(context));
    runnerConnected(world, runner, runnerWithoutContainer(world, runner, accepts), null);
    return context.json(controlRunner(world, runner));
  });

  routes.post('/runners/:id/offline', (context) => {
    const runner = byId(context);
    const link = world.links.get(runner.id);
    if (link) runnerDisconnected(world, runner, link, true);
    store.runners.put(Object.assign(runner, { online: false }));
    return context.json(controlRunner(world, runner));
  });

  routes.delete('/runners/:id', (context) => {
    removeRunner(world, byId(context), false);
    return context.body(null, 204);
  });

  routes.post('/organizations/:login/runner-groups', async (context) => {
    const account = found(store.accountByLogin(context.req.param('login')), 'organization');
    const { name } = newGroup.parse(await readBody(context));
    const group = store.groups.put({ id: store.nextId('group'), accountId: account.id, name });
    return context.json({ id: group.id, name }, 201);
  });

  return routes;
}

/** As `config.sh` does: with labels, group and kind of the caller's own choice. */
function configure(world: World, asked: z.output<typeof configuration>) {
  const scope = scopeOf(world, world.store.tokens.get(hashToken(asked.token)));
  const same = [...world.store.runners.values()].find(
    (runner) =>
      runner.repositoryId === scope.repositoryId &&
      runner.accountId === scope.accountId &&
      runner.name.toLowerCase() === asked.name.toLowerCase(),
  );
  if (same && !asked.replace) {
    throw new ControlError(409, `A runner exists with the same name ${asked.name}`);
  }
  if (same) removeRunner(world, same, true);
  const labels = asked.no_default_labels ? [] : MACHINE_LABELS;
  return registerRunner(world, {
    ...scope,
    name: asked.name,
    labels: [...new Set([...labels, ...asked.labels])],
    ephemeral: asked.ephemeral,
    groupId: groupOf(world, scope.accountId, asked.runner_group),
  });
}

function groupOf(world: World, accountId: number | null, name: string | undefined): number {
  if (name === undefined || name === DEFAULT_GROUP.name) return DEFAULT_GROUP.id;
  const groups = [...world.store.groups.values()];
  return found(
    groups.find((group) => group.accountId === accountId && group.name === name),
    'runner group',
  ).id;
}

function scopeOf(
  world: World,
  token: Token | undefined,
): Pick<Runner, 'repositoryId' | 'accountId'> {
  if (token?.kind !== 'registration' || token.expiresAt <= Date.now()) {
    throw new ControlError(404, 'Http response code: NotFound: invalid or expired token');
  }
  const [repositoryId] = token.repositoryIds ?? [];
  if (repositoryId !== undefined) return { repositoryId, accountId: null };
  const account = found(world.store.accountByInstallation(token.installationId), 'organization');
  return { repositoryId: null, accountId: account.id };
}

/** A runner that takes what it's offered, and is at it until the job is ended by `/jobs/{id}/complete`. */
function runnerWithoutContainer(world: World, runner: Runner, accepts: boolean): RunnerLink {
  const link: RunnerLink = {
    send(line) {
      if (accepts && line.startsWith('job ')) {
        setImmediate(() => heard(world, runner, link, line.replace('job', 'accept')));
      }
    },
    close() {},
    heardAt: Date.now(),
    stalled: false,
  };
  return link;
}
