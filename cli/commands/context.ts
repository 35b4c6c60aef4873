import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import { type ConnectionOptions, findApi } from '../connection.ts';
import type { Output } from '../output.ts';

/** What every command works with. */
export interface Context {
  environment: NodeJS.ProcessEnv;
  write: (text: string) => void;
  /** For people only: what a script reads goes to `write`. */
  warn: (text: string) => void;
}

/** The options of the command line that every command has. */
interface GlobalOptions extends ConnectionOptions {
  json?: boolean;
}

/** The API that this command line means. */
export function apiOf(command: Command, context: Context): ApiClient {
  return new ApiClient(findApi(command.optsWithGlobals<GlobalOptions>(), context.environment));
}

export function outputOf(command: Command, context: Context): Output {
  return {
    write: context.write,
    json: command.optsWithGlobals<GlobalOptions>().json === true,
  };
}
