import { ApplicationFailure } from '@temporalio/common';
import { DEFAULT_RUNNER_GROUP } from '../../domain/label-policy.ts';
import { RUNNER_GROUP_UNKNOWN } from '../../workflows/contracts/registration.ts';
import type { Place } from './registration-place.ts';

/** A repository's own runners are in this group, and every organization has it. */
export const DEFAULT_GROUP_ID = 1;
const PAGE = 100;

/**
 * GitHub's id of a runner group, by its name; null in a repository, which has no groups.
 *
 * @throws ApplicationFailure RUNNER_GROUP_UNKNOWN
 */
export async function findRunnerGroup(place: Place, name: string): Promise<number | null> {
  const wanted = name.toLowerCase();
  if (!place.isOrganization) {
    if (wanted === DEFAULT_RUNNER_GROUP.toLowerCase()) return null;
    throw unknown(`Runners of a repository are in the group ${DEFAULT_RUNNER_GROUP}: leave it out`);
  }
  for (let page = 1; ; page += 1) {
    const { data } = await place.octokit.request('GET /orgs/{org}/actions/runner-groups', {
      org: place.parameters['org'] ?? '',
      per_page: PAGE,
      page,
    });
    const found = data.runner_groups.find((group) => group.name.toLowerCase() === wanted);
    if (found) return found.id;
    if (data.runner_groups.length < PAGE) break;
  }
  throw unknown(
    `The organization has no runner group “${name}”: name another, or make it at GitHub`,
  );
}

function unknown(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, RUNNER_GROUP_UNKNOWN);
}
