import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * The log of one process: JSON lines, or readable ones on a terminal. Fields whose names tell of a
 * secret are redacted wherever they stand, as a second line of defence.
 *
 * @param fields - further ones of each line, asked for when it's written
 */
export function createLog(
  process_: string,
  level: string,
  fields: () => object = () => ({}),
): Logger {
  return pino({
    level,
    base: { process: process_ },
    mixin: fields,
    redact: {
      paths: ['authorization', 'token', 'secret', 'password', 'jitConfig', 'privateKey'].flatMap(
        (name) => [name, `*.${name}`, `*.*.${name}`],
      ),
      censor: '[redacted]',
    },
    ...(process.stdout.isTTY ? { transport: { target: 'pino-pretty' } } : {}),
  });
}
