import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { JsonValue } from '../domain/json.ts';

/** What a worker says of itself; `ok: false` answers 503. */
export interface WorkerHealth {
  ok: boolean;
  [detail: string]: JsonValue;
}

export interface MetricsServer {
  /** `http://address:port` */
  url: string;
  close(): Promise<void>;
}

/**
 * A worker's own small HTTP server: `GET /health` (200 or 503), `GET /metrics` (Prometheus text) and
 * `GET /metrics.json` (the same as prom-client's JSON, which `AggregatorRegistry.aggregate` can merge
 * with that of other processes).
 *
 * @param options.port - 0 takes a free one
 */
export async function startMetricsServer(options: {
  registry: Registry;
  health: () => WorkerHealth | Promise<WorkerHealth>;
  port: number;
  address?: string;
}): Promise<MetricsServer> {
  const { registry, health, port, address = '127.0.0.1' } = options;
  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/health': async (response) => {
      const state = await health();
      answer(response, state.ok ? 200 : 503, 'application/json', JSON.stringify(state));
    },
    '/metrics': async (response) =>
      answer(response, 200, registry.contentType, await registry.metrics()),
    '/metrics.json': async (response) =>
      answer(response, 200, 'application/json', JSON.stringify(await registry.getMetricsAsJSON())),
  };
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '/').replace(/\?.*$/, '')];
    if (!route) return answer(response, 404, 'text/plain', 'Not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answer(response, 405, 'text/plain', 'Method not allowed\n');
    }
    route(response).catch(() => answer(response, 500, 'text/plain', 'Metrics failed\n'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `http://${host}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
