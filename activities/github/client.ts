import { App } from '@octokit/app';
import { Octokit } from '@octokit/core';
import type { GithubTarget } from '../../workflows/contracts/control-activities.ts';

/** A request that takes longer is given up and tried again. */
const REQUEST_TIMEOUT = 15_000;

/** What each answer of GitHub tells, for metrics. */
export interface GithubObservation {
  /** Method and path template, such as `GET /repos/{owner}/{repo}/actions/jobs/{job_id}`. */
  route: string;
  /** 0 when no answer came */
  status: number;
  /** The budget left, where the answer told it. */
  remaining: number | null;
  installation: string;
}

export interface GithubClientOptions {
  appId: string;
  privateKey: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server */
  apiUrl: string;
  observe: (observation: GithubObservation) => void;
}

/** Hands out clients that act as an installation of the GitHub App. */
export interface GithubClient {
  /** Tokens are cached and renewed underneath, so this costs no request in the ordinary case. */
  forRepository(target: GithubTarget): Promise<Octokit>;
  /**
   * For an organization or `owner/name` of a repository; with the installation that it acts as.
   *
   * @param target.installationId - 0: looked up
   */
  forTarget(target: {
    installationId: number;
    target: string;
  }): Promise<{ octokit: Octokit; installationId: number }>;
}

export function createGithubClient(options: GithubClientOptions): GithubClient {
  const observed = Octokit.defaults({ baseUrl: options.apiUrl, userAgent: 'runyard' }).plugin(
    (octokit) => {
      octokit.hook.wrap('request', async (request, call) => {
        const tell = (status: number, headers: Record<string, unknown> | undefined) => {
          const remaining = Number(headers?.['x-ratelimit-remaining'] ?? Number.NaN);
          options.observe({
            route: `${call.method} ${call.url.replace(options.apiUrl, '')}`,
            status,
            remaining: Number.isFinite(remaining) ? remaining : null,
            installation: String(installations.get(octokit) ?? 'app'),
          });
        };
        call.request = { ...call.request, signal: AbortSignal.timeout(REQUEST_TIMEOUT) };
        try {
          const response = await request(call);
          tell(response.status, response.headers);
          return response;
        } catch (error) {
          const { response } = error as {
            response?: { status: number; headers: Record<string, unknown> };
          };
          tell(response?.status ?? 0, response?.headers);
          throw error;
        }
      });
    },
  );
  const installations = new WeakMap<object, number>();
  const app = new App({ appId: options.appId, privateKey: options.privateKey, Octokit: observed });
  const byInstallation = new Map<number, Promise<Octokit>>();
  const byRepository = new Map<string, Promise<number>>();
  const byOrganization = new Map<string, Promise<number>>();

  const remembered = <K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>) => {
    const known = map.get(key);
    if (known) return known;
    const made = make();
    map.set(key, made);
    made.catch(() => map.delete(key));
    return made;
  };
  const installationOf = (repository: string) =>
    remembered(byRepository, repository.toLowerCase(), async () => {
      const [owner = '', repo = ''] = repository.split('/');
      const { data } = await app.octokit.request('GET /repos/{owner}/{repo}/installation', {
        owner,
        repo,
      });
      return data.id;
    });

  const installationOn = (org: string) =>
    remembered(byOrganization, org.toLowerCase(), async () => {
      const { data } = await app.octokit.request('GET /orgs/{org}/installation', { org });
      return data.id;
    });
  const actingAs = (id: number) =>
    remembered(byInstallation, id, async () => {
      const octokit = await app.getInstallationOctokit(id);
      installations.set(octokit, id);
      return octokit;
    });

  return {
    async forRepository({ installationId, repository }) {
      return actingAs(installationId === 0 ? await installationOf(repository) : installationId);
    },
    async forTarget({ installationId, target }) {
      const lookUp = target.includes('/') ? installationOf : installationOn;
      const id = installationId === 0 ? await lookUp(target) : installationId;
      return { octokit: await actingAs(id), installationId: id };
    },
  };
}
