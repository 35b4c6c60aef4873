import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GithubObservation } from '../../activities/github/client.ts';

/** The control worker's metrics. */
export function createControlMetrics(): {
  registry: Registry;
  observeGithub: (observation: GithubObservation) => void;
} {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'runyard_control_' });
  const requests = new Counter({
    name: 'runyard_github_requests_total',
    help: 'Requests to GitHub by route and status; status 0: no answer',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const remaining = new Gauge({
    name: 'runyard_github_rate_limit_remaining',
    help: 'Requests that GitHub still allows in the running hour',
    labelNames: ['installation'],
    registers: [registry],
  });
  return {
    registry,
    observeGithub(observation) {
      requests.inc({ route: observation.route, status: String(observation.status) });
      if (observation.remaining !== null) {
        remaining.set({ installation: observation.installation }, observation.remaining);
      }
    },
  };
}
