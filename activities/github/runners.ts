import type { Octokit } from '@octokit/core';
import { ApplicationFailure } from '@temporalio/common';
import { Secret } from '../../domain/secret.ts';
import {
  type DeregisterInput,
  type MintRunnerInput,
  RUNNER_NAME_TAKEN,
} from '../../workflows/contracts/control-activities.ts';
import type { MintedRunner } from '../../workflows/contracts/host-activities.ts';
import type { GithubClient } from './client.ts';
import { githubFailure, refusal } from './failures.ts';

/** Where runners are registered: path and parameters of the REST routes. */
interface Place {
  path: string;
  parameters: Record<string, string>;
}

function placeOf(input: { scope: DeregisterInput['scope']; repository: string }): Place {
  const [owner = '', repo = ''] = input.repository.split('/');
  return input.scope === 'organization'
    ? { path: '/orgs/{org}', parameters: { org: owner } }
    : { path: '/repos/{owner}/{repo}', parameters: { owner, repo } };
}

interface RegisteredRunner {
  id: number;
  status: string;
  busy: boolean;
}

async function findRunner(
  octokit: Octokit,
  place: Place,
  name: string,
): Promise<RegisteredRunner | null> {
  const { data } = await octokit.request(`GET ${place.path}/actions/runners`, {
    ...place.parameters,
    name,
  });
  const { runners } = data as { runners: (RegisteredRunner & { name: string })[] };
  return runners.find((runner) => runner.name === name) ?? null;
}

/**
 * Registers an ephemeral runner by JIT configuration. A registration of the same name that never
 * started is left over from a call whose answer was lost: it is removed and made anew.
 */
export async function registerRunner(
  client: GithubClient,
  input: MintRunnerInput,
): Promise<Secret<MintedRunner>> {
  const doing = `register a runner for ${input.repository}`;
  const place = placeOf({ scope: input.pool.scope, repository: input.repository });
  try {
    const octokit = await client.forRepository(input);
    const mint = async () => {
      const { data } = await octokit.request(
        `POST ${place.path}/actions/runners/generate-jitconfig`,
        {
          ...place.parameters,
          name: input.runnerName,
          runner_group_id: input.pool.runnerGroupId,
          labels: input.pool.labels,
          work_folder: input.pool.workFolder,
        },
      );
      const { runner, encoded_jit_config } = data as {
        runner: { id: number };
        encoded_jit_config: string;
      };
      return new Secret({
        runnerId: runner.id,
        runnerName: input.runnerName,
        jitConfig: encoded_jit_config,
      });
    };
    try {
      return await mint();
    } catch (error) {
      if (refusal(error)?.status !== 409) throw error;
      const existing = await findRunner(octokit, place, input.runnerName);
      if (existing && (existing.busy || existing.status !== 'offline')) {
        throw ApplicationFailure.nonRetryable(
          `A runner named ${input.runnerName} is already at work`,
          RUNNER_NAME_TAKEN,
        );
      }
      if (existing) {
        await octokit.request(`DELETE ${place.path}/actions/runners/{runner_id}`, {
          ...place.parameters,
          runner_id: existing.id,
        });
      }
      return await mint();
    }
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    throw githubFailure(error, doing, Date.now());
  }
}

/** Removes a runner's registration; see `ControlActivities.deregisterRunner`. */
export async function removeRegistration(
  client: GithubClient,
  input: DeregisterInput,
): Promise<'removed' | 'absent' | 'busy'> {
  const place = placeOf(input);
  try {
    const octokit = await client.forRepository(input);
    const id = input.runnerId ?? (await findRunner(octokit, place, input.runnerName))?.id;
    if (id === undefined) return 'absent';
    await octokit.request(`DELETE ${place.path}/actions/runners/{runner_id}`, {
      ...place.parameters,
      runner_id: id,
    });
    return 'removed';
  } catch (error) {
    const status = refusal(error)?.status;
    if (status === 404) return 'absent';
    if (status === 422) return 'busy';
    throw githubFailure(error, `remove the runner ${input.runnerName}`, Date.now());
  }
}
