import type { Account, Repository } from '../entities.ts';
import type { World } from '../world.ts';

/** The account of that login, made with the App installed on it where it is missing. */
export function ensureAccount(
  world: World,
  login: string,
  type: Account['type'] = 'Organization',
): { account: Account; created: boolean } {
  const known = world.store.accountByLogin(login);
  if (known) return { account: known, created: false };
  const account = world.store.accounts.put({
    id: world.store.nextId('account'),
    login,
    type,
    installationId: world.store.nextId('installation'),
    createdAt: Date.now(),
  });
  return { account, created: true };
}

/** The repository `owner/name`, made with its owner where it is missing. */
export function ensureRepository(
  world: World,
  fullName: string,
  options: { private?: boolean; defaultBranch?: string } = {},
): { repository: Repository; created: boolean } {
  const known = world.store.repositoryByName(fullName);
  if (known) return { repository: known, created: false };
  const [owner = '', name = ''] = fullName.split('/');
  const { account } = ensureAccount(world, owner);
  const repository = world.store.repositories.put({
    id: world.store.nextId('repository'),
    accountId: account.id,
    owner: account.login,
    name,
    fullName: `${account.login}/${name}`,
    private: options.private ?? true,
    defaultBranch: options.defaultBranch ?? 'main',
    createdAt: Date.now(),
  });
  return { repository, created: true };
}
