import { spawn } from 'node:child_process';
import { followUntilReady, type Launched } from './launched.ts';
import { withoutSecrets } from './secrets.ts';

export interface TemporalOptions {
  binary: string;
  /** SQLite file that everything is kept in. */
  databaseFile: string;
  namespace: string;
  port: number;
  /** null: without the Web UI */
  uiPort: number | null;
  metricsPort?: number;
  onLine?: (line: string) => void;
}

/**
 * The dev server reads its queues at most 20 times a second out of the box, so that every task
 * waits 45 ms; priority and fairness need the new matcher, and are exact on one partition only. The
 * cache has room for the workflows that move: those that merely wait are read again when they do.
 */
const DYNAMIC_CONFIGURATION: Readonly<Record<string, number | boolean>> = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'matching.useNewMatcher': true,
  'matching.enableFairness': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.hostLevelCacheMaxSize': 500,
};

/** Survives the crash of any process; `synchronous = 2` would survive a power cut too, for a third of the speed. */
const PRAGMAS = ['journal_mode=wal', 'synchronous=1'];

/** Percent that Go's heap grows before it is collected: half its default, which costs no CPU to be seen. */
const HEAP_GROWTH = '50';

/** Starts Temporal's dev server, durable and tuned, on loopback only. `SIGTERM` stops it cleanly. */
export function launchTemporal(options: TemporalOptions): Launched {
  const { binary, databaseFile, namespace, port, uiPort, metricsPort, onLine } = options;
  const child = spawn(
    binary,
    [
      ...['server', 'start-dev'],
      ...['--ip', '127.0.0.1'],
      ...['--port', String(port)],
      ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...(metricsPort === undefined ? [] : ['--metrics-port', String(metricsPort)]),
      ...['--namespace', namespace],
      ...['--db-filename', databaseFile],
      ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      ...Object.entries(DYNAMIC_CONFIGURATION).flatMap(([key, value]) => [
        '--dynamic-config-value',
        `${key}=${value}`,
      ]),
      ...['--log-level', 'error'],
    ],
    // Not in our process group: Ctrl-C on the terminal is for us, and we stop it when its turn has come.
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { GOGC: HEAP_GROWTH, ...withoutSecrets(process.env) },
    },
  );
  return followUntilReady(
    child,
    [child.stdout, child.stderr],
    (line) => /^(Temporal )?Server:/.test(line.trim()),
    onLine,
  );
}
