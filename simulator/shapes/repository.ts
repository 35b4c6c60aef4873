import type { Account, Repository } from '../entities.ts';
import { simpleUser } from './account.ts';
import { githubTime, nodeId } from './time.ts';

/** Links of a repository that differ only in their path: name in the answer, path behind the repository. */
const LINKS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** A repository as it stands within other answers. */
export function minimalRepository(url: string, repository: Repository, account: Account) {
  const self = `${url}/repos/${repository.fullName}`;
  const links = Object.entries(LINKS).map(([name, path]) => [name, `${self}${path}`]);
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
    owner: simpleUser(url, account),
    html_url: `${url}/${repository.fullName}`,
    description: null,
    fork: false,
    url: self,
    ...(Object.fromEntries(links) as Record<keyof typeof LINKS, string>),
  };
}

/** A repository in full. */
export function fullRepository(url: string, repository: Repository, account: Account) {
  const createdAt = githubTime(repository.createdAt);
  return {
    ...minimalRepository(url, repository, account),
    created_at: createdAt,
    updated_at: createdAt,
    pushed_at: createdAt,
    git_url: `git://github.localhost/${repository.fullName}.git`,
    ssh_url: `git@github.localhost:${repository.fullName}.git`,
    clone_url: `${url}/${repository.fullName}.git`,
    svn_url: `${url}/${repository.fullName}`,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [] as string[],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** A repository as `GET /repos/{owner}/{repo}` answers it. */
export function detailedRepository(url: string, repository: Repository, account: Account) {
  return {
    ...fullRepository(url, repository, account),
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: false },
    network_count: 0,
    subscribers_count: 0,
  };
}
