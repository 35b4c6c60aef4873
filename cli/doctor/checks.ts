import Docker from 'dockerode';
import type { Readiness } from '../../api/schemas/health.ts';
import type { Host } from '../../api/schemas/host.ts';
import type { Settings } from '../../config/schema.ts';
import type { ApiClient } from '../api-client.ts';
import type { LocalEndpoints } from '../connection.ts';
import { judgeClock } from './clock.ts';
import { checkFairness } from './fairness.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** milliseconds */
const TIMEOUT = 10_000;

/** How to mend a dependency that the API says is down. */
const FIXES: Record<Readiness['dependencies'][number]['name'], string> = {
  database:
    'Look at the log of PostgreSQL (.runyard/logs/postgres.log), or check that DATABASE_URL leads to a server that lets Runyard in',
  temporal:
    'Look at the log of Temporal (.runyard/logs/temporal.log), or check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE',
};

/** The API itself, and what it says of the database and of Temporal. */
export async function checkApi(api: ApiClient): Promise<Finding[]> {
  let answer: Response;
  try {
    answer = await fetch(`${api.url}/ready`, { signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    return [
      failed(
        'API',
        `It doesn't answer at ${api.url}`,
        'Start it with "runyard start", or check --url and RUNYARD_URL',
      ),
      skipped('Database', 'Only the API can tell'),
      skipped('Temporal', 'Only the API can tell'),
    ];
  }
  const clock = judgeClock(answer.headers.get('date'), Date.now(), "the API's machine");
  const readiness = (await answer.json().catch(() => null)) as Readiness | null;
  if (!readiness?.dependencies) {
    return [failed('API', `${api.url} is no Runyard`, 'Check --url and RUNYARD_URL'), clock];
  }
  return [
    ok('API', `Answers at ${api.url}`),
    ...readiness.dependencies.map(({ name, state, latency_milliseconds: latency, detail }) => {
      const check = name === 'database' ? 'Database' : 'Temporal';
      return state === 'up'
        ? ok(check, `Answers in ${Math.round(latency)} ms`)
        : failed(check, detail ?? 'It does not answer', FIXES[name]);
    }),
    clock,
  ];
}

/** The hosts that the API knows of; each has a Docker engine beside it. */
export async function checkHosts(api: ApiClient): Promise<Finding[]> {
  const check = 'Hosts';
  try {
    const { items } = await api.get<{ items: Host[] }>('/api/hosts', { limit: 100 });
    const active = items.filter((host) => host.state === 'active');
    const lost = items.filter((host) => host.state === 'lost');
    const findings = lost.map((host) =>
      warning(`Host ${host.id}`, `Silent since ${host.heartbeat_at}`, 'Start its host worker'),
    );
    if (active.length === 0) {
      return [
        ...findings,
        failed(
          check,
          'No host takes jobs',
          'Start a host worker beside a Docker engine ("runyard start" does)',
        ),
      ];
    }
    const slots = active.reduce((sum, host) => sum + host.capacity, 0);
    return [...findings, ok(check, `${active.length} active with ${slots} slots`)];
  } catch (error) {
    return [skipped(check, (error as Error).message)];
  }
}

/** The Docker engine of this machine, where Runyard runs on it. */
export async function checkDocker(socket: string): Promise<Finding> {
  try {
    const docker = new Docker({ socketPath: socket, timeout: TIMEOUT });
    const { Version: version } = await docker.version();
    return ok('Docker', `Engine ${version} answers on ${socket}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return failed(
      'Docker',
      `No engine answers on ${socket} (${code})`,
      code === 'EACCES'
        ? 'Add this user to the group "docker" (sudo usermod -aG docker $USER) and log in again'
        : 'Start it (sudo systemctl start docker), install it (https://docs.docker.com/engine/install/), or set DOCKER_SOCKET',
    );
  }
}

/** GitHub's API, or the simulator in its place; and this machine's clock against it. */
export async function checkGithub(url: string): Promise<Finding[]> {
  try {
    const answer = await fetch(`${url}/meta`, { signal: AbortSignal.timeout(TIMEOUT) });
    const clock = judgeClock(answer.headers.get('date'), Date.now(), 'GitHub');
    if (answer.status >= 500) {
      return [
        warning(
          'GitHub',
          `${url} answers ${answer.status}`,
          'Wait; https://www.githubstatus.com tells more',
        ),
        clock,
      ];
    }
    return [ok('GitHub', `Answers at ${url}`), clock];
  } catch (error) {
    const cause = (error as Error).cause;
    const reason = cause instanceof Error ? cause.message : (error as Error).message;
    return [
      failed(
        'GitHub',
        `${url} can't be reached (${reason})`,
        'Check the network and GITHUB_API_URL',
      ),
    ];
  }
}

/** Every check, in the order in which they should be read. */
export async function examine(
  api: ApiClient,
  settings: Settings,
  local: LocalEndpoints | null,
): Promise<Finding[]> {
  const temporal = settings.TEMPORAL_ADDRESS ?? local?.['temporal'];
  const simulator = local?.['simulator'];
  const github = typeof simulator === 'string' ? simulator : settings.GITHUB_API_URL;
  const findings = await Promise.all([
    checkApi(api),
    typeof temporal === 'string'
      ? checkFairness(temporal, settings.TEMPORAL_NAMESPACE)
      : skipped('Fairness', 'TEMPORAL_ADDRESS is not known here'),
    local === null
      ? skipped('Docker', 'Runyard does not run on this machine')
      : checkDocker(settings.DOCKER_SOCKET),
    checkHosts(api),
    checkGithub(github),
  ]);
  return findings.flat();
}
