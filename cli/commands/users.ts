import { type Command, Option } from 'commander';
import type { CreatedUser, User, UserPage } from '../../api/schemas/user.ts';
import type { ApiClient } from '../api-client.ts';
import { EXIT, Failure } from '../failure.ts';
import { ago, fields, show, table } from '../output.ts';
import { readPassword } from '../password-input.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { wholeNumber } from './options.ts';

const USERS = '/api/auth/users';
const ROLES = ['admin', 'operator', 'viewer'];
const SCOPES = ['all', 'teams'];

interface CreateOptions {
  role: string;
  name?: string;
  email?: string;
  scope?: string;
  passwordStdin?: boolean;
}

interface UpdateOptions extends Partial<CreateOptions> {
  activate?: boolean;
  deactivate?: boolean;
}

/** `runyard users …` */
export function addUserCommands(program: Command, context: Context): void {
  const users = program.command('users').description('Manage users');

  users
    .command('list')
    .description('List users by name')
    .option('--limit <number>', 'how many', wholeNumber(1), 50)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(async (options: { limit: number; cursor?: string }, command: Command) => {
      const page = await apiOf(command, context).get<UserPage>(USERS, { ...options });
      show(outputOf(command, context), page, () => userTable(page));
    });

  users
    .command('create <username>')
    .description('Create a user; a password is made and shown once, unless one is given')
    .addOption(new Option('--role <role>', 'what they may').choices(ROLES).default('viewer'))
    .option('--name <name>', 'full name; left out: the user name')
    .option('--email <address>', 'e-mail address')
    .addOption(new Option('--scope <scope>', 'teams: only what is their teams’').choices(SCOPES))
    .option('--password-stdin', 'read the password from standard input')
    .action(async (username: string, options: CreateOptions, command: Command) => {
      const { passwordStdin, name = username, ...rest } = options;
      const password = passwordStdin ? { password: await readPassword('Password', true) } : {};
      const body = { username, name, ...rest, ...password };
      const user = await apiOf(command, context).post<CreatedUser>(USERS, body);
      show(outputOf(command, context), user, () => createdText(user));
    });

  users
    .command('update <username>')
    .description('Change a user')
    .addOption(new Option('--role <role>', 'what they may').choices(ROLES))
    .option('--name <name>', 'full name')
    .option('--email <address>', 'e-mail address')
    .addOption(new Option('--scope <scope>', 'teams: only what is their teams’').choices(SCOPES))
    .option('--deactivate', 'ends their sessions and keeps them out')
    .option('--activate', 'lets them in again')
    .option('--password-stdin', 'read a new password from standard input; ends their sessions')
    .action(async (username: string, options: UpdateOptions, command: Command) => {
      const { passwordStdin, activate, deactivate, ...rest } = options;
      const api = apiOf(command, context);
      const body = {
        ...rest,
        ...(activate ? { active: true } : {}),
        ...(deactivate ? { active: false } : {}),
        ...(passwordStdin ? { password: await readPassword('Password', true) } : {}),
      };
      const user = await api.put<User>(`${USERS}/${await idOf(api, username)}`, body);
      show(outputOf(command, context), user, () => userText(user));
    });

  users
    .command('delete <username>')
    .description('Delete a user, with sessions and tokens')
    .action(async (username: string, _: unknown, command: Command) => {
      const api = apiOf(command, context);
      await api.delete(`${USERS}/${await idOf(api, username)}`);
      show(outputOf(command, context), { username }, () => `User ${username} is gone`);
    });

  users
    .command('create-admin [username]')
    .description(
      'Make an administrator on the database itself (DATABASE_URL or the data folder), or give one a new password and an end to lock-out',
    )
    .action(async (username: string | undefined, _: unknown, command: Command) => {
      // loads the database's client, which no other command needs
      const { createAdministrator } = await import('../start/create-administrator.ts');
      const made = await createAdministrator(context.environment, username ?? 'admin');
      show(outputOf(command, context), made, () =>
        [
          made.outcome === 'created'
            ? `Administrator ${made.username} is there`
            : `${made.username} is an administrator with a new password; all of their sessions are over`,
          `Password, shown this once: ${made.password}`,
        ].join('\n'),
      );
    });
}

async function idOf(api: ApiClient, username: string): Promise<string> {
  let cursor: string | null = null;
  do {
    const page: UserPage = await api.get<UserPage>(USERS, {
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    });
    const found = page.items.find((user) => user.username === username.toLowerCase());
    if (found) return found.id;
    cursor = page.next_cursor;
  } while (cursor !== null);
  throw new Failure(EXIT.notFound, 'not_found', `There is no user ${username}`);
}

function userTable({ items, next_cursor: next }: UserPage): string {
  if (items.length === 0) return 'No users';
  const rows = items.map((user) => [
    user.username,
    user.name,
    user.role,
    user.scope,
    user.active ? 'yes' : 'no',
    user.last_sign_in_at ? `${ago(user.last_sign_in_at)} ago` : 'never',
  ]);
  const headings = ['USER', 'NAME', 'ROLE', 'SCOPE', 'ACTIVE', 'SIGNED IN'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

function userText(user: User): string {
  return fields([
    ['User', user.username],
    ['Name', user.name],
    ['E-mail', user.email],
    ['Role', user.role],
    ['Scope', user.scope],
    ['Active', user.active ? 'yes' : 'no'],
    ['Issuer', user.issuer],
    ['Signed in', user.last_sign_in_at],
  ]);
}

function createdText(user: CreatedUser): string {
  const text = userText(user);
  return user.initial_password === undefined
    ? text
    : `${text}\nPassword, shown this once: ${user.initial_password}`;
}
