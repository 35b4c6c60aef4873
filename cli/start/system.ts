import { join } from 'node:path';
import type Docker from 'dockerode';
import type { LoadedSettings } from '../../config/load.ts';
import { projectRoot } from '../../config/root.ts';
import { migrate, MigrationError } from '../../prisma/migrate.ts';
import { buildDemoImage } from '../../simulator/demo-image.ts';
import { ensureApplicationLogin } from './application-login.ts';
import { bootstrap, type Bootstrapped } from './bootstrap.ts';
import { type DataFolder, FILES, makeHostId } from './data-folder.ts';
import { bridgeGateway, ensureDocker } from './docker.ts';
import { apiAddress, describeEndpoints, type Endpoints } from './endpoints.ts';
import { processEnvironments, SIMULATED_APP_ID, simulatorEnvironment } from './environments.ts';
import type { Launched } from './launched.ts';
import { lineLog, rotateLog } from './logs.ts';
import { launchNode } from './node-process.ts';
import { choosePort, choosePorts, type Ports } from './ports.ts';
import {
  applicationUrl,
  ensureDatabase,
  launchPostgres,
  postgresUrl,
  preparePostgres,
} from './postgres.ts';
import { type ProcessName, ProcessTable } from './process-table.ts';
import type { Reporter } from './reporter.ts';
import { prepareSecrets, type Secrets } from './secrets.ts';
import { supervise } from './supervised.ts';
import { launchTemporal } from './temporal.ts';
import { findTemporal } from './temporal-binary.ts';

const TITLES: Record<ProcessName, string> = {
  postgres: 'PostgreSQL',
  temporal: 'Temporal',
  simulator: 'The GitHub simulator',
  api: 'The API',
  control_worker: 'The control worker',
  host_worker: 'The host worker',
};

export interface SystemOptions {
  /** What the user set. */
  environment: NodeJS.ProcessEnv;
  loaded: LoadedSettings;
  folder: DataFolder;
  reporter: Reporter;
  /** Told each time that a process can be used. */
  onReady: (name: ProcessName, pid: number) => void;
}

/** Runyard as a whole on one machine: every process of it, started, kept alive and stopped. */
export class System {
  readonly #options: SystemOptions;
  readonly #processes: ProcessTable;
  #secrets!: Secrets;
  #bootstrapped!: Bootstrapped;
  #ports!: Ports;
  #hostId!: string;

  constructor(options: SystemOptions) {
    this.#options = options;
    this.#processes = new ProcessTable(options.folder);
  }

  get #settings() {
    return this.#options.loaded.settings;
  }

  get #simulated(): boolean {
    return this.#settings.GITHUB_APP_ID === undefined;
  }

  get bootstrapped(): Bootstrapped {
    return this.#bootstrapped;
  }

  /** Starts everything, as much at once as the needs of each allow. @throws Error when a part can't be had */
  async start(): Promise<Endpoints> {
    const { environment, loaded, folder, reporter } = this.#options;
    const settings = this.#settings;
    const last = ((await folder.readJson(FILES.ports)) ?? {}) as Partial<Ports>;
    this.#ports = await choosePorts(
      {
        api: {
          port: settings.PORT,
          setting: environment['PORT'] ? 'PORT' : undefined,
          host: settings.BIND_ADDRESS,
          last: last.api,
        },
        temporalUi: {
          port: settings.TEMPORAL_UI_PORT,
          setting: environment['TEMPORAL_UI_PORT'] ? 'TEMPORAL_UI_PORT' : undefined,
          last: last.temporalUi,
        },
      },
      last,
    );
    this.#secrets = await prepareSecrets(folder, loaded, environment);
    this.#hostId = settings.HOST_ID ?? (await folder.readOrMake(FILES.hostId, makeHostId)).content;
    await this.#processes.save();

    const docker = reporter.step('Looking for Docker', (progress) =>
      ensureDocker(settings.DOCKER_SOCKET, progress),
    );
    const database = this.#startDatabase();
    const temporal = this.#startTemporal();
    const simulator = docker.then((engine) => this.#startSimulator(engine, last));
    const image = docker.then((engine) => this.#demoImage(engine));
    const foundations = Promise.all([database, temporal, simulator, image]);
    // the first that fails ends the start; the others must not be unhandled then
    for (const part of [docker, database, temporal, simulator, image]) part.catch(() => {});

    const [databaseUrl, , github, demoImage] = await foundations;
    const endpoints = describeEndpoints({
      settings,
      ports: this.#ports,
      simulated: this.#simulated,
      databaseUrl,
    });
    const environments = processEnvironments(
      environment,
      {
        dataFolder: folder.path,
        hostId: this.#hostId,
        ports: this.#ports,
        temporalAddress: endpoints.temporal,
        temporalUiUrl: endpoints.temporal_ui,
        bindAddress: settings.BIND_ADDRESS,
        simulator: github,
        demoImage,
      },
      this.#secrets,
    );
    await Promise.all([
      this.#startNode('api', 'api/server.js', environments.api),
      this.#startNode('control_worker', 'worker/control.js', environments.controlWorker),
      this.#startNode('host_worker', 'worker/host.js', environments.hostWorker),
    ]);
    await folder.writeJson(FILES.endpoints, endpoints);
    return endpoints;
  }

  /** Stops all, the last started first, each cleanly where it does so in time. */
  stop(): Promise<void> {
    return this.#processes.stop();
  }

  /** Ends all at once, for somebody who won't wait. */
  kill(): void {
    this.#processes.kill();
  }

  async #startDatabase(): Promise<string> {
    const { folder, reporter } = this.#options;
    const { databasePassword: password, databaseApplicationPassword } = this.#secrets;
    let url = this.#settings.DATABASE_URL;
    let owner = this.#settings.DATABASE_OWNER_URL ?? url ?? '';
    if (url === undefined) {
      const port = this.#ports.postgres;
      url = applicationUrl(port, databaseApplicationPassword);
      owner = postgresUrl(port, password);
      const cluster = await reporter.step('Preparing PostgreSQL', () =>
        preparePostgres(folder.path, password),
      );
      await folder.write(FILES.databaseUrl, url);
      await folder.write(FILES.databaseOwnerUrl, owner);
      const onLine = lineLog(folder.log('postgres'));
      await this.#supervise('postgres', 'SIGINT', () => launchPostgres(cluster, { port, onLine }));
      await ensureDatabase(owner);
    }
    await reporter
      .step('Bringing the database up to date', () => migrate(owner))
      .catch((error: unknown) => {
        if (error instanceof MigrationError || this.#settings.DATABASE_URL === undefined)
          throw error;
        const reason = error instanceof Error ? error.message || error.name : String(error);
        throw new Error(`The database of DATABASE_URL can't be used: ${reason}`, { cause: error });
      });
    if (this.#settings.DATABASE_URL === undefined) {
      await ensureApplicationLogin(owner, url);
    }
    this.#bootstrapped = await bootstrap(url, folder);
    return url;
  }

  async #startTemporal(): Promise<void> {
    const { folder, reporter, environment } = this.#options;
    if (this.#settings.TEMPORAL_ADDRESS !== undefined) return;
    const binary = await reporter.step('Looking for the Temporal server', (progress) =>
      findTemporal(environment, progress),
    );
    const onLine = lineLog(folder.log('temporal'));
    await this.#supervise('temporal', 'SIGTERM', () =>
      launchTemporal({
        binary,
        databaseFile: folder.file(FILES.temporalDatabase),
        namespace: this.#settings.TEMPORAL_NAMESPACE,
        port: this.#ports.temporal,
        uiPort: this.#ports.temporalUi,
        metricsPort: this.#ports.temporalMetrics,
        onLine,
      }),
    );
  }

  async #startSimulator(
    docker: Docker,
    last: Partial<Ports> & { simulatorRunner?: number },
  ): Promise<{ apiUrl: string; appId: string } | null> {
    const { environment, folder } = this.#options;
    const runnerAddress = this.#simulated ? await bridgeGateway(docker) : null;
    // Containers outlive a restart with the address that they were given: it stays.
    const runnerPort = await choosePort({
      port: 0,
      last: last.simulatorRunner,
      host: runnerAddress ?? undefined,
    });
    await folder.writeJson(FILES.ports, { ...this.#ports, simulatorRunner: runnerPort });
    if (!this.#simulated) return null;
    await this.#startNode(
      'simulator',
      'simulator/server.js',
      simulatorEnvironment(
        environment,
        {
          port: this.#ports.simulator,
          runnerAddress,
          runnerPort,
          stateFile: folder.file(FILES.simulatorState),
          webhookUrl: `${apiAddress(this.#settings, this.#ports.api)}/api/webhooks/github`,
        },
        this.#secrets,
      ),
    );
    return { apiUrl: `http://127.0.0.1:${this.#ports.simulator}`, appId: SIMULATED_APP_ID };
  }

  async #demoImage(docker: Docker): Promise<string | null> {
    if (!this.#simulated || this.#settings.POOL_IMAGE !== undefined) return null;
    return this.#options.reporter.step('Building the demo runner image', (progress) =>
      buildDemoImage(docker, progress),
    );
  }

  #startNode(name: ProcessName, script: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const { folder } = this.#options;
    const logFile = folder.log(name.replace('_', '-'));
    return this.#supervise(name, 'SIGTERM', () => {
      rotateLog(logFile);
      return launchNode({
        script: join(projectRoot(), 'dist', script),
        environment,
        logFile,
        dataFolder: folder.path,
      });
    });
  }

  #supervise(
    name: ProcessName,
    stopSignal: NodeJS.Signals,
    launch: () => Launched | Promise<Launched>,
  ): Promise<void> {
    const { reporter, onReady } = this.#options;
    const process_ = supervise({
      title: TITLES[name],
      launch,
      stopSignal,
      onProcess: (pid) => this.#processes.record(name, pid),
      onReady: (pid) => onReady(name, pid),
      onTrouble: (message) => reporter.line(message),
    });
    // the title without its capital: "Starting the API"
    return reporter.step(`Starting ${TITLES[name].replace(/^The/, 'the')}`, () =>
      this.#processes.start(name, process_),
    );
  }
}
