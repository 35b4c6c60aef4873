import { fork } from 'node:child_process';
import { closeSync, openSync, readSync, fstatSync } from 'node:fs';
import { launched, type Launched } from './launched.ts';

export interface NodeProcess {
  /** Compiled entry point. */
  script: string;
  environment: NodeJS.ProcessEnv;
  /** Its output is appended here. */
  logFile: string;
  /** Stands on its command line, by which a later start knows it as one of ours. */
  dataFolder: string;
}

/**
 * Starts one of Runyard's own processes. It says over IPC that it's ready (`{ready: true}`), ends
 * on `SIGTERM`, and ends too when this process is gone.
 */
export function launchNode({ script, environment, logFile, dataFolder }: NodeProcess): Launched {
  // Its own file, and no pipe through here: nothing is lost or blocked when this process is killed.
  const log = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const child = fork(script, [`--data-folder=${dataFolder}`], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
    // Not in our process group: Ctrl-C on the terminal is for us, and we stop it when its turn has come.
    detached: true,
  });
  closeSync(log);
  const untilReady = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) resolve();
    });
  });
  return launched(child, untilReady, () => tail(logFile, logStart));
}

function tail(file: string, from: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(4096, Math.max(0, size - from)));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return `${buffer.toString('utf8').trim().split('\n').slice(-30).join('\n')}\n(all of it is in ${file})`;
  } finally {
    closeSync(descriptor);
  }
}
