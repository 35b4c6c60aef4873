import { execFile } from 'node:child_process';

/** A program that was run ended badly; carries the last lines of what it said. */
export class CommandError extends Error {
  override name = 'CommandError';
}

interface CommandOptions {
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** milliseconds; none: as long as it takes */
  timeout?: number;
}

/**
 * Runs a program to its end, with argv and no shell.
 *
 * @returns what it wrote to standard output
 * @throws CommandError when it can't be started, is ended by the time-out or exits with non-zero
 */
export function runCommand(
  program: string,
  args: readonly string[],
  { cwd, environment, uid, gid, timeout }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      {
        ...(cwd === undefined ? {} : { cwd }),
        ...(environment === undefined ? {} : { env: environment }),
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
        ...(timeout === undefined ? {} : { timeout }),
        maxBuffer: 64 * 1024 * 1024,
        encoding: 'utf8',
      },
      (error, output, complaints) => {
        if (!error) return resolve(output);
        const said = (complaints || output).trim().split('\n').slice(-8).join('\n');
        reject(new CommandError(`${program} ${args[0] ?? ''} failed: ${said || error.message}`));
      },
    );
  });
}
