import { ApplicationFailure } from '@temporalio/common';
import { isLeftOver } from '../../domain/registration-check.ts';
import { Secret } from '../../domain/secret.ts';
import {
  NAME_TAKEN_AT_GITHUB,
  type RegistrationGrant,
} from '../../workflows/contracts/registration.ts';
import type {
  PreparedRegistration,
  Registered,
  RegistrationOrder,
} from '../../workflows/contracts/registration-activities.ts';
import type { GithubClient } from './client.ts';
import { githubFailure, refusal } from './failures.ts';
import { DEFAULT_GROUP_ID, findRunnerGroup } from './registration-groups.ts';
import { type Place, placeOf } from './registration-place.ts';
import { deleteRunner, findRunner } from './registration-runners.ts';

const WORK_FOLDER = '_work';

/** See `RegistrationActivities.prepareRegistration`. */
export async function prepareRegistration(
  client: GithubClient,
  grant: RegistrationGrant,
): Promise<PreparedRegistration> {
  try {
    const place = await placeOf(client, grant);
    if (await findRunner(place, grant.name)) throw nameTaken(grant);
    return {
      installationId: place.installationId,
      runnerGroupId: await findRunnerGroup(place, grant.runnerGroup),
    };
  } catch (error) {
    throw failure(error, grant);
  }
}

/** See `RegistrationActivities.registerAtGithub`. */
export async function registerAtGithub(
  client: GithubClient,
  grant: RegistrationOrder,
): Promise<Secret<Registered>> {
  try {
    const place = await placeOf(client, grant);
    return await (grant.mode === 'jit' ? mintConfiguration(place, grant) : mintToken(place));
  } catch (error) {
    throw failure(error, grant);
  }
}

/** See `RegistrationActivities.discardLeftOver`. */
export async function discardLeftOver(
  client: GithubClient,
  grant: RegistrationGrant,
): Promise<void> {
  try {
    const place = await placeOf(client, grant);
    const seen = await findRunner(place, grant.name);
    if (seen && isLeftOver(seen, { ...grant, runnerGroupId: null }))
      await deleteRunner(place, seen.id);
  } catch (error) {
    const status = refusal(error)?.status;
    // gone, or at work and so not a left-over at all
    if (status !== 404 && status !== 422) throw failure(error, grant);
  }
}

/**
 * The name was free a moment ago. A runner that has it now, as it was asked for and never online, was
 * registered by a call whose answer was lost: GitHub shows a configuration only once, so it's made anew.
 */
async function mintConfiguration(
  place: Place,
  grant: RegistrationOrder,
): Promise<Secret<Registered>> {
  try {
    return await generate(place, grant);
  } catch (error) {
    if (refusal(error)?.status !== 409) throw error;
  }
  const seen = await findRunner(place, grant.name);
  if (seen && !isLeftOver(seen, grant)) throw nameTaken(grant);
  if (seen) await deleteRunner(place, seen.id);
  return generate(place, grant);
}

async function generate(
  { octokit, path, parameters }: Place,
  grant: RegistrationOrder,
): Promise<Secret<Registered>> {
  const { data } = await octokit.request(`POST ${path}/actions/runners/generate-jitconfig`, {
    ...parameters,
    name: grant.name,
    runner_group_id: grant.runnerGroupId ?? DEFAULT_GROUP_ID,
    labels: [...grant.labels],
    work_folder: WORK_FOLDER,
  });
  const { runner, encoded_jit_config: jitConfig } = data as {
    runner: { id: number };
    encoded_jit_config: string;
  };
  const { expiresAt } = grant;
  return new Secret({
    githubRunnerId: runner.id,
    credential: { mode: 'jit', jitConfig, expiresAt },
  });
}

async function mintToken({ octokit, path, parameters }: Place): Promise<Secret<Registered>> {
  const { data } = await octokit.request(
    `POST ${path}/actions/runners/registration-token`,
    parameters,
  );
  const { token, expires_at: expiresAt } = data as { token: string; expires_at: string };
  return new Secret({
    githubRunnerId: null,
    credential: {
      mode: 'registration_token',
      token,
      expiresAt: new Date(expiresAt).toISOString(),
    },
  });
}

function nameTaken({ name, target }: RegistrationGrant): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `GitHub knows a runner named ${name} at ${target} already: choose another name, or remove that one there`,
    NAME_TAKEN_AT_GITHUB,
  );
}

function failure(error: unknown, { target }: RegistrationGrant): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  return githubFailure(error, `register a runner at ${target}`, Date.now());
}
