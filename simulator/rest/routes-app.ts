import { Hono } from 'hono';
import { z } from 'zod';
import type { Account } from '../entities.ts';
import { APP_PERMISSIONS, githubApp, installation } from '../shapes/installation.ts';
import { fullRepository } from '../shapes/repository.ts';
import { githubTime } from '../shapes/time.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { World } from '../world.ts';
import { idParameter, requireApp, requireInstallation } from './access.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError, notFound } from './errors.ts';
import { paginate } from './pagination.ts';

const tokenRequest = z.object({
  repositories: z.array(z.string()).max(500).optional(),
  repository_ids: z.array(z.number()).max(500).optional(),
  permissions: z.record(z.string(), z.string()).optional(),
});

/** The App, its installations and their tokens. */
export function appRoutes(world: World): Hono<RestEnvironment> {
  const { store, appId } = world;
  const routes = new Hono<RestEnvironment>();
  const show = (account: Account) => installation(world.addresses.api, appId, account);
  const byId = (context: RestContext): Account => {
    const account = store.accountByInstallation(idParameter(context, 'installation'));
    if (!account) throw notFound();
    return account;
  };

  routes.get('/app', (context) => {
    requireApp(context);
    return context.json(githubApp(world.addresses.api, appId, store.accounts.size));
  });

  routes.get('/app/installations', (context) => {
    requireApp(context);
    return context.json(paginate(context, [...store.accounts.values()].map(show)));
  });

  routes.get('/app/installations/:installation', (context) => {
    requireApp(context);
    return context.json(show(byId(context)));
  });

  routes.get('/repos/:owner/:repo/installation', (context) => {
    requireApp(context);
    const { owner, repo } = context.req.param();
    const repository = store.repositoryByName(`${owner}/${repo}`);
    const account = repository && store.accounts.get(repository.accountId);
    if (!account) throw notFound();
    return context.json(show(account));
  });

  for (const [kind, type] of [
    ['orgs', 'Organization'],
    ['users', 'User'],
  ] as const) {
    routes.get(`/${kind}/:login/installation`, (context) => {
      requireApp(context);
      const account = store.accountByLogin(context.req.param('login') ?? '');
      if (account?.type !== type) throw notFound();
      return context.json(show(account));
    });
  }

  routes.post('/app/installations/:installation/access_tokens', async (context) => {
    requireApp(context);
    const account = byId(context);
    const text = await context.req.text();
    const asked = tokenRequest.safeParse(text === '' ? {} : parseJson(text));
    if (!asked.success) throw new GithubError(422, 'Invalid request.');
    const repositories = chooseRepositories(world, account, asked.data);
    const token = newToken('ghs_');
    const expiresAt = Date.now() + world.settings.installation_token_seconds * 1000;
    store.tokens.put({
      id: hashToken(token),
      kind: 'installation',
      installationId: account.installationId,
      repositoryIds: repositories?.map(({ id }) => id) ?? null,
      expiresAt,
    });
    forgetExpired(world);
    return context.json(
      {
        token,
        expires_at: githubTime(expiresAt),
        permissions: asked.data.permissions ?? APP_PERMISSIONS,
        repository_selection: repositories ? 'selected' : 'all',
        ...(repositories
          ? {
              repositories: repositories.map((repository) =>
                fullRepository(world.addresses.api, repository, account),
              ),
            }
          : {}),
      },
      201,
    );
  });

  routes.get('/installation/repositories', (context) => {
    const { installationId, repositoryIds } = requireInstallation(context);
    const account = store.accountByInstallation(installationId);
    const repositories = [...store.repositories.values()].filter(
      ({ id, accountId }) =>
        accountId === account?.id && (repositoryIds === null || repositoryIds.includes(id)),
    );
    return context.json({
      total_count: repositories.length,
      repositories: paginate(context, repositories).map((repository) =>
        fullRepository(world.addresses.api, repository, account as Account),
      ),
    });
  });

  return routes;
}

function chooseRepositories(
  world: World,
  account: Account,
  asked: { repositories?: string[] | undefined; repository_ids?: number[] | undefined },
) {
  if (!asked.repositories && !asked.repository_ids) return null;
  const names = (asked.repositories ?? []).map((name) =>
    world.store.repositoryByName(`${account.login}/${name}`),
  );
  const ids = (asked.repository_ids ?? []).map((id) => world.store.repositories.get(id));
  return [...names, ...ids].map((repository) => {
    if (repository?.accountId === account.id) return repository;
    throw new GithubError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  });
}

/** Parses a body; what isn't JSON is answered as GitHub does. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubError(400, 'Problems parsing JSON');
  }
}

function forgetExpired(world: World): void {
  for (const token of world.store.tokens.values()) {
    if (token.expiresAt <= Date.now()) world.store.tokens.delete(token.id);
  }
}
