import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import type { Endpoints } from '../cli/start/endpoints.ts';
import { endLeftovers } from '../cli/start/leftovers.ts';
import type { ProcessName } from '../cli/start/process-table.ts';
import { projectRoot } from '../config/root.ts';
import { settingsSchema } from '../config/schema.ts';

/** Milliseconds that a start may take, including a first build of the demo image. */
const START_TIMEOUT = 180_000;
const STOP_TIMEOUT = 35_000;

export interface System {
  /** Base address of the API. */
  api: string;
  /** API token of the first administrator. */
  token: string;
  /** Base address of the simulator's control API. */
  simulatorControl: string;
  endpoints: Endpoints;
  dataDir: string;
  hostId: string;
  /** Pids by the names of `processes.json`. */
  processes(): Promise<Partial<Record<ProcessName | 'supervisor', number>>>;
  /** Sends a signal (SIGKILL) to one of the processes. @returns the pid that got it */
  kill(name: ProcessName | 'supervisor', signal?: NodeJS.Signals): Promise<number>;
  /** Resolves with the new pid once a process of that name can be used under another one. */
  restarted(name: ProcessName, formerPid: number): Promise<number>;
  /** What the supervisor printed, and the end of each process's log. */
  logs(): Promise<string>;
  /** Resolves with all that the supervisor has printed, once that satisfies the question. */
  printed(satisfies: (text: string) => boolean): Promise<string>;
  /** Stops the supervisor as Ctrl-C does, and keeps all data. @returns its exit code */
  halt(): Promise<number | null>;
  /** Starts it again on the same data, after `halt()` or a kill of the supervisor. Ports may differ. */
  resume(): Promise<void>;
  /** Ends everything and removes all of it: processes, data, containers, networks. */
  stop(): Promise<void>;
}

/**
 * Starts all of Runyard as a user does, by `node cli/start.mjs`, with a data folder and ports of
 * its own and without the sample jobs.
 *
 * @param options.settings - further settings, as environment variables
 * @param options.name - stands in the names of folders, for whoever looks at them
 */
export async function startSystem(
  options: { settings?: Record<string, string>; name?: string } = {},
): Promise<System> {
  const dataFolder = await mkdtemp(join(tmpdir(), `runyard-${options.name ?? 'system'}-`));
  const environment = {
    ...withoutSettings(process.env),
    RUNYARD_DATA_DIR: dataFolder,
    PORT: '0',
    TEMPORAL_UI_PORT: '0',
    SAMPLE_JOBS: 'false',
    ...options.settings,
  };
  let supervisor = await launch(environment).catch(async (error: unknown) => {
    await removeEverything(dataFolder);
    throw error;
  });
  const file = (name: string) => readFile(join(dataFolder, name), 'utf8');
  const processes = async () => JSON.parse(await file('processes.json'));
  const system: System = {
    api: supervisor.endpoints.api,
    token: (await file('admin-token')).trim(),
    simulatorControl: supervisor.endpoints.simulator_control ?? '',
    endpoints: supervisor.endpoints,
    dataDir: dataFolder,
    hostId: options.settings?.['HOST_ID'] ?? (await file('host-id')).trim(),
    processes,
    async kill(name, signal = 'SIGKILL') {
      const pid = (await processes())[name];
      if (typeof pid !== 'number') throw new Error(`No process ${name} is running`);
      process.kill(pid, signal);
      return pid;
    },
    restarted: (name, formerPid) => supervisor.restarted(name, formerPid),
    logs: async () => `${supervisor.output()}\n${await processLogs(dataFolder)}`,
    printed: (satisfies) => supervisor.printed(satisfies),
    halt: () => supervisor.halt(),
    async resume() {
      supervisor = await launch(environment);
      system.endpoints = supervisor.endpoints;
      system.api = supervisor.endpoints.api;
      system.simulatorControl = supervisor.endpoints.simulator_control ?? '';
    },
    async stop() {
      await supervisor.halt();
      await removeEverything(dataFolder, system.hostId, environment);
    },
  };
  return system;
}

/** The environment as a user's would be: nothing of the test run's own. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(
    Object.keys(settingsSchema.shape).flatMap((name) => [name, `${name}_FILE`]),
  );
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) =>
        (!names.has(name) || name === 'DOCKER_SOCKET') && !/^(VITEST|npm_|TEST$)/.test(name),
    ),
  );
}

async function launch(environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(projectRoot(), 'cli', 'start.mjs')], {
    cwd: projectRoot(),
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  const ready = new Map<string, number>();
  const changes = new EventEmitter();
  child.on('message', (message: { process?: string; pid?: number }) => {
    if (message.process === undefined || message.pid === undefined) return;
    ready.set(message.process, message.pid);
    changes.emit('change');
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      changes.emit('change');
    });
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const abort = new AbortController();
  const endpoints = await Promise.race([
    untilReady(child),
    exited.then((code) => {
      throw new Error(`npm start ended with code ${code}:\n${said}`);
    }),
    delay(START_TIMEOUT, undefined, { signal: abort.signal }).then(() => {
      child.kill('SIGTERM');
      throw new Error(`npm start was not ready after ${START_TIMEOUT / 1000} s:\n${said}`);
    }),
  ]).finally(() => abort.abort());
  return {
    endpoints,
    output: () => said,
    async printed(satisfies: (text: string) => boolean) {
      while (!satisfies(said)) await once(changes, 'change');
      return said;
    },
    async restarted(name: string, formerPid: number) {
      for (;;) {
        const pid = ready.get(name);
        if (pid !== undefined && pid !== formerPid) return pid;
        await once(changes, 'change');
      }
    },
    async halt() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

function untilReady(child: ChildProcess): Promise<Endpoints> {
  return new Promise((resolve) => {
    child.on('message', (message: { ready?: boolean; addresses: Endpoints }) => {
      if (message.ready) resolve(message.addresses);
    });
  });
}

async function processLogs(dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'logs');
  const names = await readdir(folder).catch(() => []);
  const parts = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return `--- ${name}\n${text.slice(-20_000)}`;
    }),
  );
  return parts.join('\n');
}

async function removeEverything(
  dataFolder: string,
  hostId?: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const location = await readFile(join(dataFolder, 'postgres-location'), 'utf8').catch(() => '');
  const elsewhere = location.trim();
  const pids = await readFile(join(dataFolder, 'processes.json'), 'utf8').catch(() => 'null');
  await endLeftovers(JSON.parse(pids), [dataFolder, elsewhere].filter(Boolean));
  if (hostId) await removeContainers(hostId, environment['DOCKER_SOCKET']);
  if (elsewhere) await rm(elsewhere, { recursive: true, force: true });
  await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
}

async function removeContainers(hostId: string, socketPath = '/var/run/docker.sock') {
  const docker = new Docker({ socketPath });
  const filters = { label: [`runyard.host=${hostId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch((error: { statusCode?: number }) => {
          // 404: gone by itself meanwhile; 409: is being removed
          if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
        }),
    ),
  );
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
}
