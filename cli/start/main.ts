import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { dataFolderPath } from '../../config/data-folder.ts';
import { InvalidSettingsError, loadSettings, type LoadedSettings } from '../../config/load.ts';
import { missingSettings } from '../../config/production.ts';
import { projectRoot } from '../../config/root.ts';
import { DataFolder, FILES } from './data-folder.ts';
import type { Endpoints } from './endpoints.ts';
import { endLeftovers } from './leftovers.ts';
import { AlreadyRunningError, lockFolder } from './lock.ts';
import type { ProcessName } from './process-table.ts';
import type { Reporter } from './reporter.ts';
import { runSampleJobs } from './sample-jobs.ts';
import { System, type SystemOptions } from './system.ts';

/** How `npm start` ends. */
const EXIT = { stopped: 0, failed: 1, settings: 2, alreadyRunning: 3 } as const;

/** A second signal within so many milliseconds is an echo of the first. */
const ECHO = 1_000;

/**
 * Starts Runyard on this machine, and stays until it's told to stop.
 *
 * @returns the exit code: 0 stopped as asked, 1 a part could not be started, 2 settings are
 *   missing or wrong, 3 another supervisor works on the data folder
 */
export async function main(environment: NodeJS.ProcessEnv, reporter: Reporter): Promise<number> {
  try {
    const loaded = usableSettings(environment);
    for (const warning of loaded.warnings) reporter.line(`Warning: ${warning}`);
    const folder = await DataFolder.open(dataFolderPath(environment));
    const unlock = await lockFolder(folder.path);
    try {
      await removeTraces(folder, reporter);
      const onReady = (name: ProcessName, pid: number) => process.send?.({ process: name, pid });
      return await serve({ environment, loaded, folder, reporter, onReady });
    } finally {
      unlock();
    }
  } catch (error) {
    reporter.line(error instanceof Error ? error.message : String(error));
    if (error instanceof InvalidSettingsError) return EXIT.settings;
    if (error instanceof AlreadyRunningError) return EXIT.alreadyRunning;
    return EXIT.failed;
  }
}

/** Reads `.env` too, where there is one; what is set in the environment itself wins. */
function usableSettings(environment: NodeJS.ProcessEnv): LoadedSettings {
  const file = join(projectRoot(), '.env');
  if (environment === process.env && existsSync(file)) process.loadEnvFile(file);
  const loaded = loadSettings(environment);
  const problems = missingSettings(loaded.settings);
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  return loaded;
}

/** What a supervisor left that was killed: its children, and files that say that it runs. */
async function removeTraces(folder: DataFolder, reporter: Reporter): Promise<void> {
  await folder.remove(FILES.endpoints);
  const database = await readFile(join(folder.path, 'postgres-location'), 'utf8').catch(() => '');
  const folders = [folder.path, database.trim()].filter(Boolean);
  const pids = await folder.readJson(FILES.processes);
  const ended = await reporter.step('Ending processes that a killed start left behind', () =>
    endLeftovers(pids, folders),
  );
  if (ended.length > 0) reporter.line(`Ended what a killed start left behind: ${ended.join(', ')}`);
}

async function serve(options: SystemOptions): Promise<number> {
  const { loaded, folder, reporter } = options;
  const system = new System(options);
  const stop = stopRequest(system, reporter);
  try {
    const started = await Promise.race([
      system.start().then((endpoints) => ({ endpoints })),
      stop.asked,
    ]);
    if (started !== 'stop') {
      announce(started.endpoints, system, folder, reporter);
      process.send?.({ ready: true, addresses: started.endpoints });
      sendSamples(started.endpoints, loaded, system, folder, reporter, stop.signal);
      await stop.asked;
    }
    reporter.line('Stopping');
    return EXIT.stopped;
  } finally {
    await folder.remove(FILES.endpoints);
    await reporter.step('Stopping all processes', () => system.stop());
    await folder.remove(FILES.processes);
    stop.release();
  }
}

/** Waits for Ctrl-C, `SIGTERM`, or the end of the process that started this one; the second time kills. */
function stopRequest(system: System, reporter: Reporter) {
  const abort = new AbortController();
  const asked = new Promise<'stop'>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve('stop'), { once: true });
  });
  let askedAt = 0;
  const onSignal = () => {
    if (!abort.signal.aborted) {
      askedAt = performance.now();
      return abort.abort();
    }
    // npm passes on the Ctrl-C that this process has had already from the terminal
    if (performance.now() - askedAt < ECHO) return;
    reporter.line('Ending everything at once');
    system.kill();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const onDisconnect = () => abort.abort();
  process.once('disconnect', onDisconnect);
  return {
    asked,
    signal: abort.signal,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
      if (process.connected) process.disconnect();
    },
  };
}

function announce(
  endpoints: Endpoints,
  system: System,
  folder: DataFolder,
  reporter: Reporter,
): void {
  const { made, token } = system.bootstrapped;
  const rows: [string, string][] = [
    ['Dashboard', endpoints.dashboard],
    ...(endpoints.temporal_ui
      ? ([['Temporal Web UI', endpoints.temporal_ui]] as [string, string][])
      : []),
    ...(made
      ? ([
          ['User', made.username],
          ['Password', `${made.password}  (shown this once; change it after you signed in)`],
        ] as [string, string][])
      : []),
    ...(token === null
      ? []
      : ([['API token', `in ${relative(process.cwd(), folder.file(FILES.adminToken))}`]] as [
          string,
          string,
        ][])),
    ['Logs', relative(process.cwd(), folder.file(FILES.logs))],
  ];
  reporter.line('');
  reporter.line('Runyard is running. Ctrl-C stops it.');
  for (const [name, value] of rows) reporter.line(`  ${name.padEnd(16)} ${value}`);
  reporter.line('');
}

function sendSamples(
  endpoints: Endpoints,
  { settings }: LoadedSettings,
  system: System,
  folder: DataFolder,
  reporter: Reporter,
  signal: AbortSignal,
): void {
  const { token } = system.bootstrapped;
  if (!settings.SAMPLE_JOBS || endpoints.simulator_control === undefined) return;
  if (token === null) {
    const file = relative(process.cwd(), folder.file(FILES.adminToken));
    return reporter.line(`No sample jobs: put an API token into ${file} to see them`);
  }
  runSampleJobs({
    simulatorControl: endpoints.simulator_control,
    api: endpoints.api,
    token,
    line: (text) => reporter.line(text),
    signal,
  }).catch((error: unknown) => {
    if (!signal.aborted) reporter.line(`The sample jobs could not be followed: ${String(error)}`);
  });
}
