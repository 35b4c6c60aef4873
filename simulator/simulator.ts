import type { KeyObject } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { ChangeSignal } from './change-signal.ts';
import { createControlApp } from './control/control-app.ts';
import { Deadlines } from './deadlines.ts';
import { Faults } from './faults.ts';
import { JobLogs } from './job-logs.ts';
import { JobQueue } from './job-queue.ts';
import { resume } from './lifecycle/resume.ts';
import type { RestEnvironment } from './rest/environment.ts';
import { jobPages } from './rest/job-pages.ts';
import { RequestLog } from './rest/request-log.ts';
import { createRestApp } from './rest/rest-app.ts';
import { serveRunners } from './runner/runner-server.ts';
import { restoreSettings, type Settings } from './settings.ts';
import { Store } from './store.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  appId: number;
  /** Null: no App can authenticate. */
  publicKey: KeyObject | null;
  /** 0: a free one. */
  port: number;
  /** Address and port for runners in containers; null: they connect to 127.0.0.1. */
  runnerListener: { host: string; port: number } | null;
  /** Null: nothing is kept. */
  stateFile: string | null;
  settings: Partial<Settings>;
}

export interface Simulator {
  /** Base of GitHub's API. */
  url: string;
  controlUrl: string;
  /** Where runners connect to. */
  runnerUrl: string;
  close(): Promise<void>;
}

/**
 * Starts the simulated GitHub.
 *
 * @throws when an address can't be listened on or the state file can't be used
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const store = new Store(options.stateFile);
  const settings = restoreSettings(store, options.settings);
  const changes = new ChangeSignal();
  const faults = new Faults();
  const addresses = { api: '', runner: { host: '127.0.0.1', port: 0 } };
  const { appId } = options;
  const world: World = {
    appId,
    store,
    settings,
    changes,
    faults,
    addresses,
    deadlines: new Deadlines(),
    queue: new JobQueue(),
    links: new Map(),
    logs: new JobLogs(),
    requests: new RequestLog(),
    webhooks: new Webhooks({ appId, store, settings, faults, changes, addresses }),
  };
  store.onChange(() => changes.notify());

  const rest = createRestApp(world, options.publicKey);
  const root = new Hono();
  root.route('/_control', createControlApp(world));
  root.route('/', jobPages(world));
  // Mounted by hand: `route` would replace the error handling of what it takes in.
  root.all('*', (context) => rest.fetch(context.req.raw, context.env as never));

  const servers: Listener[] = [];
  try {
    const main = await listen(world, root, '127.0.0.1', options.port);
    servers.push(main);
    addresses.api = `http://127.0.0.1:${main.port}`;
    addresses.runner.port = main.port;
    if (options.runnerListener) {
      const { host, port } = options.runnerListener;
      const second = await listen(world, rest, host, port);
      servers.push(second);
      Object.assign(addresses.runner, { host, port: second.port });
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    store.close();
    throw error;
  }
  resume(world);

  return {
    url: addresses.api,
    controlUrl: `${addresses.api}/_control`,
    runnerUrl: `http://${addresses.runner.host}:${addresses.runner.port}`,
    async close() {
      world.deadlines.clearAll();
      world.webhooks.close();
      changes.close();
      // Runners come back to the next start: their end of the connection is not theirs.
      world.links.clear();
      await Promise.all(servers.map((server) => server.close()));
      store.close();
    },
  };
}

interface Listener {
  port: number;
  close(): Promise<void>;
}

async function listen(
  world: World,
  app: Hono | Hono<RestEnvironment>,
  host: string,
  port: number,
): Promise<Listener> {
  const server = createAdaptorServer({ fetch: app.fetch as never }) as Server;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  serveRunners(world, server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
