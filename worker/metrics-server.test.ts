import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { type MetricsServer, startMetricsServer, type WorkerHealth } from './metrics-server.ts';

let server: MetricsServer | undefined;
afterEach(() => server?.close());

async function start(health: WorkerHealth): Promise<string> {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things', registers: [registry] }).inc(3);
  server = await startMetricsServer({ registry, port: 0, health: () => health });
  return server.url;
}

it('serves the same metrics as text and as JSON that can be aggregated', async () => {
  const url = await start({ ok: true });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('things_total 3');
  const json = (await (await fetch(`${url}/metrics.json?x=1`)).json()) as object[];
  const sum = AggregatorRegistry.aggregate([json, json]);
  expect(await sum.metrics()).toContain('things_total 6');
});

it('answers 503 while the worker is not well, and says why', async () => {
  const url = await start({ ok: false, docker: 'unreachable' });
  const response = await fetch(`${url}/health`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ok: false, docker: 'unreachable' });
});

it('refuses what it does not serve', async () => {
  const url = await start({ ok: true });
  expect((await fetch(`${url}/other`)).status).toBe(404);
  const posted = await fetch(`${url}/metrics`, { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
