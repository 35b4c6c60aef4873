import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../config/log.ts';

/** What the SDK warns of though it is meant: a worker of activities alone. */
const MEANT = /^No (workflows|activities|Nexus services) registered/;

/** Has Temporal's SDK write to our log, and leaves the signals to the process. Once, before any connection. */
export function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      if (level === 'ERROR') log.error(meta ?? {}, message);
      else if (level === 'WARN' && !MEANT.test(message)) log.warn(meta ?? {}, message);
      else log.debug(meta ?? {}, message);
    }),
    shutdownSignals: [],
  });
}
