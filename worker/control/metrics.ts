import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GithubObservation } from '../../activities/github/client.ts';

/** The control worker's metrics. */
export function createControlMetrics(): {
  registry: Registry;
  observeGithub: (observation: GithubObservation) => void;
  observeProvision: (provision: { mode: string; outcome: string }) => void;
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
  const provisions = new Counter({
    name: 'runyard_registration_provisions_total',
    help: 'Attempts to register a runner for somebody, by mode and outcome (registered, or why not)',
    labelNames: ['mode', 'outcome'],
    registers: [registry],
  });
  return {
    registry,
    observeProvision: (provision) => provisions.inc(provision),
    observeGithub(observation) {
      requests.inc({ route: observation.route, status: String(observation.status) });
      if (observation.remaining !== null) {
        remaining.set({ installation: observation.installation }, observation.remaining);
      }
    },
  };
}
