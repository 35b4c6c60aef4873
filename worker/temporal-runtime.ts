import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../config/log.ts';

/** What the SDK warns of though it is meant: a worker of activities alone. */
const MEANT = /^No (workflows|activities|Nexus services) registered/;

/**
 * Has Temporal's SDK, its native part too, write to our log, and leaves the signals to the process.
 * To be called once, before any connection.
 */
export function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      if (level === 'ERROR') log.error(meta ?? {}, message);
      else if (level === 'WARN' && !MEANT.test(message)) log.warn(meta ?? {}, message);
      else log.debug(meta ?? {}, message);
    }),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    shutdownSignals: [],
  });
}
