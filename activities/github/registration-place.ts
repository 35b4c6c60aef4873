import type { Octokit } from '@octokit/core';
import type { GithubClient } from './client.ts';

/** Where runners of a target are registered, and who asks there. */
export interface Place {
  octokit: Octokit;
  installationId: number;
  /** Of the REST routes: `/orgs/{org}` or `/repos/{owner}/{repo}`. */
  path: string;
  parameters: Record<string, string>;
  isOrganization: boolean;
}

/** @param at.target - an organization, or `owner/name` of a repository */
export async function placeOf(
  client: GithubClient,
  at: { target: string; installationId: number },
): Promise<Place> {
  const { octokit, installationId } = await client.forTarget(at);
  const [owner = '', repo] = at.target.split('/');
  return repo === undefined
    ? {
        octokit,
        installationId,
        path: '/orgs/{org}',
        parameters: { org: owner },
        isOrganization: true,
      }
    : {
        octokit,
        installationId,
        path: '/repos/{owner}/{repo}',
        parameters: { owner, repo },
        isOrganization: false,
      };
}
