import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { SignedIn } from '../../api/schemas/auth.ts';
import type { CreatedApiToken } from '../../api/schemas/user.ts';
import { ApiClient } from '../api-client.ts';
import { type ConnectionOptions, findApi } from '../connection.ts';
import { credentialsFile, keepLogin, readLogin } from '../credentials.ts';
import { EXIT, Failure } from '../failure.ts';
import { show } from '../output.ts';
import { readPassword } from '../password-input.ts';
import { type Context, outputOf } from './context.ts';
import { wholeNumber } from './options.ts';

interface LoginOptions {
  username: string;
  passwordStdin?: boolean;
  days: number;
}

/** `runyard login` and `runyard logout` */
export function addLoginCommands(program: Command, context: Context): void {
  const { environment } = context;
  const addressOf = (command: Command) =>
    findApi(command.optsWithGlobals<ConnectionOptions>(), environment).url;

  program
    .command('login')
    .description('Sign in, and keep an API token for further commands')
    .requiredOption('-u, --username <name>', 'who signs in')
    .option('--password-stdin', 'read the password from standard input')
    .option('--days <number>', 'how long the token is good for', wholeNumber(1), 30)
    .action(async ({ username, passwordStdin, days }: LoginOptions, command: Command) => {
      const url = addressOf(command);
      const password = await readPassword(`Password of ${username}`, passwordStdin === true);
      const signedIn = await new ApiClient({ url, token: null }).post<SignedIn>('/api/auth/login', {
        username,
        password,
      });
      const session = new ApiClient({ url, token: signedIn.access_token ?? '' });
      const { id, token } = await session.post<CreatedApiToken>('/api/auth/tokens', {
        name: `runyard login on ${hostname()}`.slice(0, 100),
        expires_in_days: days,
      });
      keepLogin(environment, url, { id, token, username });
      await session.send('POST', '/api/auth/logout');
      show(outputOf(command, context), { url, username }, () =>
        [
          `Signed in to ${url} as ${username} for ${days} days`,
          `The token is kept in ${credentialsFile(environment)}`,
        ].join('\n'),
      );
    });

  program
    .command('logout')
    .description('Revoke and forget the token that login kept')
    .action(async (_: unknown, command: Command) => {
      const url = addressOf(command);
      const kept = readLogin(environment, url);
      if (!kept) throw new Failure(EXIT.notFound, 'not_signed_in', `No login to ${url} is kept`);
      try {
        const api = new ApiClient({ url, token: kept.token });
        await api.delete(`/api/auth/tokens/${kept.id}`);
      } catch (error) {
        // it had lapsed, or was revoked by somebody else
        if (!(error instanceof Failure) || error.exitCode === EXIT.unreachable) throw error;
      }
      keepLogin(environment, url, null);
      show(outputOf(command, context), { url }, () => `Signed out of ${url}`);
    });
}
