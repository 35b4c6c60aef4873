import { Hono } from 'hono';
import { z } from 'zod';
import type { Runner, RunnerGroup } from '../entities.ts';
import { registerRunner, removeRunner } from '../lifecycle/runners.ts';
import { encodeJitConfig } from '../runner/jit-config.ts';
import { DEFAULT_GROUP, runnerShape, saysBusy } from '../shapes/runner.ts';
import { githubTime } from '../shapes/time.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { World } from '../world.ts';
import { accessibleOrganization, accessibleRepository, idParameter } from './access.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError, notFound } from './errors.ts';
import { paginate } from './pagination.ts';
import { parseJson } from './routes-app.ts';
import { addLabelRoutes } from './routes-labels.ts';

/** Where a runner is registered: one of the two is set. */
type Scope = Pick<Runner, 'repositoryId' | 'accountId'> & { installationId: number };

const jitRequest = z.object({
  name: z.string().min(1, 'name is too short').max(64, 'name is too long'),
  runner_group_id: z.number().int(),
  labels: z.array(z.string().min(1).max(256)).min(1).max(100),
  work_folder: z.string().optional(),
});

/** Runners of repositories and of organizations. */
export function runnerRoutes(world: World): Hono<RestEnvironment> {
  const routes = new Hono<RestEnvironment>();
  const repositoryScope = (context: RestContext): Scope => {
    const { repository, account } = accessibleRepository(world, context);
    return {
      repositoryId: repository.id,
      accountId: null,
      installationId: account.installationId,
    };
  };
  const organizationScope = (context: RestContext): Scope => {
    const account = accessibleOrganization(world, context);
    return { repositoryId: null, accountId: account.id, installationId: account.installationId };
  };
  addRunnerRoutes(world, routes, '/repos/:owner/:repo', repositoryScope);
  addRunnerRoutes(world, routes, '/orgs/:org', organizationScope);

  routes.get('/orgs/:org/actions/runner-groups', (context) => {
    const account = accessibleOrganization(world, context);
    const groups = groupsOf(world, account.id);
    const shown = paginate(context, groups).map((group) =>
      runnerGroup(world, account.login, group),
    );
    return context.json({ total_count: groups.length, runner_groups: shown });
  });

  routes.get('/orgs/:org/actions/runner-groups/:group', (context) => {
    const account = accessibleOrganization(world, context);
    const id = idParameter(context, 'group');
    const group = groupsOf(world, account.id).find((one) => one.id === id);
    if (!group) throw notFound();
    return context.json(runnerGroup(world, account.login, group));
  });
  return routes;
}

function addRunnerRoutes(
  world: World,
  routes: Hono<RestEnvironment>,
  prefix: string,
  scopeOf: (context: RestContext) => Scope,
): void {
  const { store, settings } = world;
  const path = `${prefix}/actions/runners`;
  const inScope = ({ repositoryId, accountId }: Scope): Runner[] =>
    [...store.runners.values()].filter(
      (runner) => runner.repositoryId === repositoryId && runner.accountId === accountId,
    );
  const byId = (context: RestContext): Runner => {
    const scope = scopeOf(context);
    const runner = store.runners.get(idParameter(context, 'runner'));
    if (runner?.repositoryId !== scope.repositoryId) throw notFound();
    if (runner.accountId !== scope.accountId) throw notFound();
    return runner;
  };

  routes.post(`${path}/generate-jitconfig`, async (context) => {
    const { repositoryId, accountId, ...scope } = scopeOf(context);
    const asked = jitRequest.safeParse(parseJson(await context.req.text()));
    if (!asked.success) {
      const problems = asked.error.issues.map(
        (issue) => `${issue.path.join('.')}: ${issue.message}`,
      );
      throw new GithubError(422, `Invalid request.\n\n${problems.join('\n')}`, {
        errors: problems,
      });
    }
    const { name, labels, runner_group_id: group } = asked.data;
    if (!groupsOf(world, accountId).some(({ id }) => id === group)) throw notFound();
    if (inScope({ repositoryId, accountId, ...scope }).some((known) => isNamed(known, name))) {
      throw new GithubError(409, `Already exists - A runner with the name ${name} already exists.`);
    }
    const { runner, token } = registerRunner(world, {
      ...{ name, labels, repositoryId, accountId },
      ephemeral: true,
      groupId: group,
    });
    const config = encodeJitConfig(world.addresses.runner, runner, token);
    return context.json({ runner: runnerShape(world, runner), encoded_jit_config: config }, 201);
  });

  for (const [kind, suffix] of [
    ['registration', 'registration-token'],
    ['removal', 'remove-token'],
  ] as const) {
    routes.post(`${path}/${suffix}`, (context) => {
      const { repositoryId, installationId } = scopeOf(context);
      const token = newToken('A').toUpperCase();
      const expiresAt = Date.now() + settings.registration_token_seconds * 1000;
      store.tokens.put({
        id: hashToken(token),
        kind,
        installationId,
        repositoryIds: repositoryId === null ? null : [repositoryId],
        expiresAt,
      });
      return context.json({ token, expires_at: githubTime(expiresAt) }, 201);
    });
  }

  routes.get(path, (context) => {
    const name = context.req.query('name');
    const runners = inScope(scopeOf(context)).filter(
      (runner) => name === undefined || isNamed(runner, name),
    );
    return context.json({
      total_count: runners.length,
      runners: paginate(context, runners).map((runner) => runnerShape(world, runner)),
    });
  });

  routes.get(`${path}/:runner`, (context) => context.json(runnerShape(world, byId(context))));

  routes.delete(`${path}/:runner`, (context) => {
    const runner = byId(context);
    if (saysBusy(world, runner)) {
      throw new GithubError(422, `Bad request - Runner "${runner.name}" is still running a job`, {
        errors: [],
      });
    }
    removeRunner(world, runner, true);
    return context.body(null, 204);
  });

  addLabelRoutes(world, routes, `${path}/:runner/labels`, byId);
}

/** Names are compared without case. */
function isNamed(runner: Runner, name: string): boolean {
  return runner.name.toLowerCase() === name.toLowerCase();
}

/** Every organization has the default one; a repository has no other. */
function groupsOf(world: World, accountId: number | null): Pick<RunnerGroup, 'id' | 'name'>[] {
  const own = [...world.store.groups.values()].filter((group) => group.accountId === accountId);
  return [DEFAULT_GROUP, ...own];
}

function runnerGroup(world: World, login: string, { id, name }: Pick<RunnerGroup, 'id' | 'name'>) {
  return {
    id,
    name,
    visibility: 'all',
    default: id === DEFAULT_GROUP.id,
    runners_url: `${world.addresses.api}/orgs/${login}/actions/runner-groups/${id}/runners`,
    inherited: false,
    allows_public_repositories: true,
    restricted_to_workflows: false,
    selected_workflows: [],
    workflow_restrictions_read_only: false,
  };
}
