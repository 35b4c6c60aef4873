import type { Account } from '../entities.ts';
import { nodeId } from './time.ts';

/** An account as the API shows users and organizations ("simple user"). */
export function simpleUser(url: string, account: Pick<Account, 'id' | 'login' | 'type'>) {
  const self = `${url}/users/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type === 'Organization' ? 'O' : 'U', account.id),
    avatar_url: `${url}/avatars/${account.id}`,
    gravatar_id: '',
    url: self,
    html_url: `${url}/${account.login}`,
    followers_url: `${self}/followers`,
    following_url: `${self}/following{/other_user}`,
    gists_url: `${self}/gists{/gist_id}`,
    starred_url: `${self}/starred{/owner}{/repo}`,
    subscriptions_url: `${self}/subscriptions`,
    organizations_url: `${self}/orgs`,
    repos_url: `${self}/repos`,
    events_url: `${self}/events{/privacy}`,
    received_events_url: `${self}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** Who triggers every run here. */
export function developer(url: string) {
  return simpleUser(url, { id: 1_000_001, login: 'developer', type: 'User' });
}

/** An organization as webhooks show it. */
export function webhookOrganization(url: string, account: Account) {
  const self = `${url}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('O', account.id),
    url: self,
    repos_url: `${self}/repos`,
    events_url: `${self}/events`,
    hooks_url: `${self}/hooks`,
    issues_url: `${self}/issues`,
    members_url: `${self}/members{/member}`,
    public_members_url: `${self}/public_members{/member}`,
    avatar_url: `${url}/avatars/${account.id}`,
    description: '',
  };
}
