import type { Command } from 'commander';
import type { ApiTokenPage, CreatedApiToken } from '../../api/schemas/user.ts';
import { ago, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { list, wholeNumber } from './options.ts';

const TOKENS = '/api/auth/tokens';

/** `runyard tokens …` */
export function addTokenCommands(program: Command, context: Context): void {
  const tokens = program.command('tokens').description('Manage API tokens');

  tokens
    .command('list')
    .description('List API tokens, the latest first')
    .option('--all', 'those of every user')
    .option('--limit <number>', 'how many', wholeNumber(1), 50)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(
      async (options: { all?: boolean; limit: number; cursor?: string }, command: Command) => {
        const { all, ...rest } = options;
        const query = { ...rest, ...(all ? { all: 'true' } : {}) };
        const page = await apiOf(command, context).get<ApiTokenPage>(TOKENS, query);
        show(outputOf(command, context), page, () => tokenTable(page));
      },
    );

  tokens
    .command('create <name>')
    .description('Make an API token; it is shown this once')
    .option('--permission <permission>', 'what it may, such as jobs:read (several: a,b)', list)
    .option('--days <number>', 'how long it is good for; left out: for ever', wholeNumber(1))
    .action(
      async (name: string, options: { permission?: string[]; days?: number }, command: Command) => {
        const created = await apiOf(command, context).post<CreatedApiToken>(TOKENS, {
          name,
          ...(options.permission ? { permissions: options.permission } : {}),
          ...(options.days ? { expires_in_days: options.days } : {}),
        });
        show(outputOf(command, context), created, () => created.token);
      },
    );

  tokens
    .command('revoke <id>')
    .description('End an API token')
    .action(async (id: string, _: unknown, command: Command) => {
      await apiOf(command, context).delete(`${TOKENS}/${encodeURIComponent(id)}`);
      show(outputOf(command, context), { id }, () => `Token ${id} is revoked`);
    });
}

function tokenTable({ items, next_cursor: next }: ApiTokenPage): string {
  if (items.length === 0) return 'No API tokens';
  const rows = items.map((token) => [
    token.id,
    token.username,
    token.name,
    token.hint,
    token.permissions.join(',') || 'all',
    token.expires_at ?? 'never',
    token.last_used_at ? `${ago(token.last_used_at)} ago` : 'never',
  ]);
  const headings = ['ID', 'USER', 'NAME', 'BEGINS', 'PERMISSIONS', 'EXPIRES', 'USED'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}
