import type { Account } from '../entities.ts';
import { developer, simpleUser } from './account.ts';
import { githubTime, nodeId } from './time.ts';

/** What the App may do, as its installations say. */
export const APP_PERMISSIONS = {
  actions: 'write',
  administration: 'write',
  contents: 'read',
  metadata: 'read',
  organization_self_hosted_runners: 'write',
} as const;

export const APP_SLUG = 'runyard-simulated';
const EVENTS = ['workflow_job', 'push'];

/** The App, as `GET /app` answers it. */
export function githubApp(url: string, appId: number, installations: number) {
  const createdAt = githubTime(Date.UTC(2026, 0, 1));
  return {
    id: appId,
    slug: APP_SLUG,
    node_id: nodeId('A', appId),
    client_id: `Iv23li${String(appId).padStart(14, '0')}`,
    owner: developer(url),
    name: 'Runyard (simulated)',
    description: 'Exists on this machine only',
    external_url: url,
    html_url: `${url}/apps/${APP_SLUG}`,
    created_at: createdAt,
    updated_at: createdAt,
    permissions: APP_PERMISSIONS,
    events: EVENTS,
    installations_count: installations,
  };
}

/** The App's installation on an account. */
export function installation(url: string, appId: number, account: Account) {
  const id = account.installationId;
  return {
    id,
    account: simpleUser(url, account),
    repository_selection: 'all',
    access_tokens_url: `${url}/app/installations/${id}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/organizations/${account.login}/settings/installations/${id}`,
    app_id: appId,
    app_slug: APP_SLUG,
    target_id: account.id,
    target_type: account.type,
    permissions: APP_PERMISSIONS,
    events: EVENTS,
    created_at: githubTime(account.createdAt),
    updated_at: githubTime(account.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [] as string[],
    suspended_by: null,
    suspended_at: null,
  };
}
