import { RequestError } from '@octokit/request-error';
import type { RequestBudget } from '../../domain/poll-delay.ts';
import type { SeenRunner } from '../../domain/registration-check.ts';
import type { Look, RunnerReference } from '../../workflows/contracts/registration-activities.ts';
import type { GithubClient } from './client.ts';
import { githubFailure, refusal } from './failures.ts';
import { type Place, placeOf } from './registration-place.ts';

/** Answers that are remembered; GitHub doesn't count the question whether one still holds. */
const MOST_REMEMBERED = 5_000;

interface Remembered {
  etag: string;
  data: unknown;
}

interface ApiRunner {
  id: number;
  name: string;
  status: string;
  busy: boolean;
  labels: { name: string }[];
  ephemeral?: boolean;
  runner_group_id?: number;
}

/** Looks at runners, and remembers what GitHub answered: an answer that still holds costs no budget. */
export class RunnerWatch {
  readonly #client: GithubClient;
  readonly #remembered = new Map<string, Remembered>();

  constructor(client: GithubClient) {
    this.#client = client;
  }

  /**
   * @throws ApplicationFailure RATE_LIMITED (details: when to go on, RFC 3339), GITHUB_REFUSED, or one
   *   that is worth a retry
   */
  async look(input: RunnerReference): Promise<Look> {
    try {
      const place = await placeOf(this.#client, input);
      const { data, budget } = await this.#ask(place, input.name);
      const runner = pick(data, input.name);
      // another one that has taken the name meanwhile
      const isOther = input.githubRunnerId !== null && runner?.id !== input.githubRunnerId;
      return { runner: isOther ? null : runner, budget };
    } catch (error) {
      throw githubFailure(error, `tell about the runner ${input.name}`, Date.now());
    }
  }

  async #ask(place: Place, name: string): Promise<{ data: unknown; budget: RequestBudget | null }> {
    const key = `${place.installationId} ${Object.values(place.parameters).join('/')} ${name}`;
    const known = this.#remembered.get(key);
    try {
      const { data, headers } = await place.octokit.request(`GET ${place.path}/actions/runners`, {
        ...place.parameters,
        name,
        ...(known ? { headers: { 'if-none-match': known.etag } } : {}),
      });
      if (headers.etag) this.#remember(key, { etag: headers.etag, data });
      return { data, budget: budgetOf(headers) };
    } catch (error) {
      if (!known || !(error instanceof RequestError) || error.status !== 304) throw error;
      return { data: known.data, budget: budgetOf(error.response?.headers ?? {}) };
    }
  }

  #remember(key: string, answer: Remembered): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, answer);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MOST_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }
}

/** The runner of that name, which GitHub compares without case. */
export async function findRunner(place: Place, name: string): Promise<SeenRunner | null> {
  const { data } = await place.octokit.request(`GET ${place.path}/actions/runners`, {
    ...place.parameters,
    name,
  });
  return pick(data, name);
}

/** Removes a runner's registration; one that is at work is not let go of. */
export async function removeRunner(
  client: GithubClient,
  input: RunnerReference,
): Promise<'removed' | 'absent' | 'busy'> {
  try {
    const place = await placeOf(client, input);
    const id = input.githubRunnerId ?? (await findRunner(place, input.name))?.id;
    if (id === undefined) return 'absent';
    await deleteRunner(place, id);
    return 'removed';
  } catch (error) {
    const status = refusal(error)?.status;
    if (status === 404) return 'absent';
    if (status === 422) return 'busy';
    throw githubFailure(error, `remove the runner ${input.name}`, Date.now());
  }
}

export async function deleteRunner(place: Place, id: number): Promise<void> {
  await place.octokit.request(`DELETE ${place.path}/actions/runners/{runner_id}`, {
    ...place.parameters,
    runner_id: id,
  });
}

/** Makes a runner's custom labels these; one that is gone has none. */
export async function replaceLabels(
  client: GithubClient,
  input: RunnerReference & { labels: readonly string[] },
): Promise<void> {
  try {
    const place = await placeOf(client, input);
    const id = input.githubRunnerId ?? (await findRunner(place, input.name))?.id;
    if (id === undefined) return;
    await place.octokit.request(`PUT ${place.path}/actions/runners/{runner_id}/labels`, {
      ...place.parameters,
      runner_id: id,
      labels: [...input.labels],
    });
  } catch (error) {
    if (refusal(error)?.status === 404) return;
    throw githubFailure(error, `change the labels of the runner ${input.name}`, Date.now());
  }
}

function pick(data: unknown, name: string): SeenRunner | null {
  const { runners } = data as { runners: ApiRunner[] };
  const found = runners.find((runner) => runner.name.toLowerCase() === name.toLowerCase());
  if (!found) return null;
  return {
    id: found.id,
    online: found.status === 'online',
    busy: found.busy,
    labels: found.labels.map((label) => label.name),
    ephemeral: found.ephemeral ?? null,
    runnerGroupId: found.runner_group_id ?? null,
  };
}

function budgetOf(headers: Record<string, unknown>): RequestBudget | null {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  ) as [number, number, number];
  if (![limit, remaining, reset].every(Number.isFinite)) return null;
  return { limit, remaining, resetsAt: reset * 1000 };
}
