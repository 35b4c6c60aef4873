import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { InvalidSettingsError } from '../config/load.ts';
import { projectRoot } from '../config/root.ts';
import { addAuditCommands } from './commands/audit.ts';
import type { Context } from './commands/context.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addHostCommands } from './commands/hosts.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addLoginCommands } from './commands/login.ts';
import { addPolicyCommands } from './commands/policies.ts';
import { addRunnerCommands } from './commands/runners.ts';
import { addTeamCommands } from './commands/teams.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { addUserCommands } from './commands/users.ts';
import { EXIT, Failure } from './failure.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed; doctor or audit verify found something broken
  2  the command line or a setting makes no sense
  3  there is no such thing
  4  Runyard can't be reached
  5  not allowed: the token is missing, wrong, or may not do this
  6  not in a state in which this can be done

The API is found by --url, RUNYARD_URL, or the data folder (RUNYARD_DATA_DIR, .runyard) of a
system that runs on this machine; the token by --token, RUNYARD_TOKEN, "runyard login", or that folder.`;

/**
 * Runs one command of `runyard`.
 *
 * @param argv - what stands behind the program's name
 * @returns the exit code
 */
export async function runyard(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  streams: { out: (text: string) => void; error: (text: string) => void },
): Promise<number> {
  const file = join(projectRoot(), '.env');
  if (environment === process.env && existsSync(file)) process.loadEnvFile(file);
  const program = buildProgram({
    environment,
    write: streams.out,
    warn: streams.error,
  });
  program.exitOverride().configureOutput({ writeOut: streams.out, writeErr: streams.error });
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ writeOut: streams.out, writeErr: streams.error });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has written its own message already; help and version come here too, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode, code, message } = explain(error);
    if (argv.includes('--json')) streams.error(`${JSON.stringify({ error: { code, message } })}\n`);
    else streams.error(`${message}\n`);
    return exitCode;
  }
}

function buildProgram(context: Context): Command {
  const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('runyard')
    .description("Runs GitHub Actions jobs on your own Docker hosts: Runyard's command line")
    .version(manifest.version)
    .option('--url <address>', 'address of the API')
    .option('--token <token>', 'token that opens the API (better: RUNYARD_TOKEN)')
    .option('--json', 'write JSON')
    .addHelpText('after', EXIT_CODES);
  program.command('start').description('Start Runyard on this machine (as "npm start" does)');
  addJobCommands(program, context);
  addHostCommands(program, context);
  addRunnerCommands(program, context);
  addTeamCommands(program, context);
  addPolicyCommands(program, context);
  addAuditCommands(program, context);
  addUserCommands(program, context);
  addTokenCommands(program, context);
  addLoginCommands(program, context);
  addKeyCommands(program, context);
  addDoctorCommand(program, context);
  return program;
}

function withSubcommands(command: Command): Command[] {
  return command.commands.flatMap((one) => [one as Command, ...withSubcommands(one as Command)]);
}

function explain(error: unknown): { exitCode: number; code: string; message: string } {
  if (error instanceof Failure) return error;
  if (error instanceof InvalidSettingsError) {
    return { exitCode: EXIT.usage, code: 'invalid_settings', message: error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT.failed, code: 'failed', message };
}
