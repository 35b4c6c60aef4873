import { type Command, Option } from 'commander';
import type { Member, Team, TeamPage } from '../../api/schemas/team.ts';
import { fields, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { list, wholeNumber } from './options.ts';

interface TeamOptions {
  description?: string;
  repository?: string[];
  /** false for --no-target */
  target?: string | false;
}

interface MemberOptions {
  kind: string;
  issuer?: string;
  claim?: string;
}

const TEAMS = '/api/v1/admin/teams';
const pathOf = (name: string) => `${TEAMS}/${encodeURIComponent(name)}`;

/** `runyard teams …` */
export function addTeamCommands(program: Command, context: Context): void {
  const teams = program.command('teams').description('Manage teams and their members');

  teams
    .command('list')
    .description('List teams')
    .option('--limit <number>', 'how many', wholeNumber(1), 50)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(async (options: { limit: number; cursor?: string }, command: Command) => {
      const page = await apiOf(command, context).get<TeamPage>(TEAMS, { ...options });
      show(outputOf(command, context), page, () => teamTable(page));
    });

  teams
    .command('show <name>')
    .description('Show a team with its members')
    .action(async (name: string, _: unknown, command: Command) => {
      const team = await apiOf(command, context).get<Team>(pathOf(name));
      show(outputOf(command, context), team, () => teamText(team));
    });

  withTeamOptions(teams.command('create <name>').description('Create a team')).action(
    async (name: string, options: TeamOptions, command: Command) => {
      const team = await apiOf(command, context).post<Team>(TEAMS, { name, ...bodyOf(options) });
      show(outputOf(command, context), team, () => `Team ${name} is there`);
    },
  );

  withTeamOptions(teams.command('change <name>').description('Change what is named of a team'))
    .option('--no-target', "as each request says, or the team's repositories")
    .action(async (name: string, options: TeamOptions, command: Command) => {
      const team = await apiOf(command, context).patch<Team>(pathOf(name), bodyOf(options));
      show(outputOf(command, context), team, () => teamText(team));
    });

  teams
    .command('delete <name>')
    .description('Delete a team that has no runners, with its members and its policy')
    .action(async (name: string, _: unknown, command: Command) => {
      await apiOf(command, context).delete(pathOf(name));
      show(outputOf(command, context), { name, deleted: true }, () => `Team ${name} is gone`);
    });

  teams
    .command('add-member <name> <value>')
    .description('Add whoever has this username, subject, e-mail address, or value of a claim')
    .addOption(
      new Option('--kind <kind>', 'what the value is')
        .choices(['user', 'subject', 'email', 'claim'])
        .default('user'),
    )
    .option('--issuer <address>', 'of this identity provider only (subject, claim)')
    .option('--claim <name>', 'name of the claim, such as groups; the value may be a pattern')
    .action(async (name: string, value: string, options: MemberOptions, command: Command) => {
      const path = `${pathOf(name)}/members`;
      const member = await apiOf(command, context).post<Member>(path, { ...options, value });
      show(outputOf(command, context), member, () => `Member ${member.id} is in ${name}`);
    });

  teams
    .command('remove-member <name> <id>')
    .description('Remove a member by its id, which "teams show" tells')
    .action(async (name: string, id: string, _: unknown, command: Command) => {
      await apiOf(command, context).delete(`${pathOf(name)}/members/${encodeURIComponent(id)}`);
      show(outputOf(command, context), { id, deleted: true }, () => `Member ${id} is gone`);
    });
}

function withTeamOptions(command: Command): Command {
  return command
    .option('--description <text>', 'for people')
    .option('--repository <patterns>', 'whose jobs are the team’s, such as acme/*; a,b', list)
    .option('--target <target>', 'where its runners are registered: organization or owner/name');
}

function bodyOf({ description, repository, target }: TeamOptions) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(repository === undefined ? {} : { repositories: repository }),
    ...(target === undefined ? {} : { target: target === false ? null : target }),
  };
}

function teamTable({ items, next_cursor: next }: TeamPage): string {
  if (items.length === 0) return 'No teams';
  const rows = items.map((team) => [
    team.name,
    team.target ?? '',
    team.repositories.join(','),
    String(team.members.length),
    team.policy ? 'own' : 'default',
  ]);
  const headings = ['NAME', 'TARGET', 'REPOSITORIES', 'MEMBERS', 'POLICY'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

function teamText(team: Team): string {
  const facts = fields([
    ['Team', team.name],
    ['Description', team.description || null],
    ['Target', team.target],
    ['Repositories', team.repositories.join(', ') || null],
    ['Policy', team.policy ? `see "policies show team:${team.name}"` : 'the default one'],
    ['Created', team.created_at],
  ]);
  if (team.members.length === 0) return `${facts}\n\nNo members`;
  const rows = team.members.map(({ id, kind, issuer, claim, value }) => [
    id,
    kind,
    claim === null ? value : `${claim} = ${value}`,
    issuer ?? '',
  ]);
  return `${facts}\n\n${table(['MEMBER', 'KIND', 'VALUE', 'ISSUER'], rows)}`;
}
