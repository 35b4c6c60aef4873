import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../config/root.ts';

/** A host worker in a process of its own, as it runs in life. */
export interface HostProcess {
  child: ChildProcess;
  /** `http://address:port` of its health and metrics */
  metrics: string;
  /** Ends it with a signal and waits for that. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export async function startHostProcess(environment: Record<string, string>): Promise<HostProcess> {
  const child = fork(join(projectRoot(), 'worker', 'host.ts'), {
    execArgv: ['--import', 'tsx'],
    // nothing of the surroundings but what finds programs
    env: { PATH: '/usr/bin:/bin', NODE_ENV: 'test', LOG_LEVEL: 'warn', ...environment },
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const message = await Promise.race([once(child, 'message'), ended.then(() => null)]);
  if (!message) throw new Error('The host worker ended before it was ready');
  const [{ addresses }] = message as [{ addresses: { metrics: string } }];
  return {
    child,
    metrics: addresses.metrics,
    end: async (signal) => {
      child.kill(signal);
      return (await ended)[0];
    },
  };
}
