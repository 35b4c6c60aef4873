import type { Account, Repository } from '../entities.ts';
import type { World } from '../world.ts';
import type { RestContext } from './environment.ts';
import { GithubError, notFound } from './errors.ts';

/** Refuses callers other than the App itself. */
export function requireApp(context: RestContext): void {
  if (context.var.actor?.kind !== 'app') {
    throw new GithubError(401, 'A JSON web token could not be decoded');
  }
}

/** The calling installation. */
export function requireInstallation(context: RestContext): {
  installationId: number;
  repositoryIds: readonly number[] | null;
} {
  const { actor } = context.var;
  if (actor?.kind !== 'installation') {
    throw new GithubError(403, 'Resource not accessible by integration');
  }
  return actor;
}

/** The repository that the path names, if the caller's installation reaches it. */
export function accessibleRepository(
  world: World,
  context: RestContext,
): { repository: Repository; account: Account } {
  const { installationId, repositoryIds } = requireInstallation(context);
  const { owner = '', repo = '' } = context.req.param() as Record<string, string>;
  const repository = world.store.repositoryByName(`${owner}/${repo}`);
  const account = repository && world.store.accounts.get(repository.accountId);
  if (!repository || !account || account.installationId !== installationId) throw notFound();
  if (repositoryIds && !repositoryIds.includes(repository.id)) throw notFound();
  return { repository, account };
}

/** The organization that the path names, if the caller's installation is on it. */
export function accessibleOrganization(world: World, context: RestContext): Account {
  const { installationId } = requireInstallation(context);
  const account = world.store.accountByLogin(
    (context.req.param() as Record<string, string>).org ?? '',
  );
  if (account?.type !== 'Organization' || account.installationId !== installationId) {
    throw notFound();
  }
  return account;
}

/** A number of the path; what isn't one names nothing. */
export function idParameter(context: RestContext, name: string): number {
  const text = (context.req.param() as Record<string, string>)[name] ?? '';
  if (!/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}
