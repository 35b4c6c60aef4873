import { type Command, Option } from 'commander';
import type {
  ProvisionedRunner,
  Registration,
  RegistrationPage,
} from '../../api/schemas/registration.ts';
import { ago, fields, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { list, wholeNumber } from './options.ts';

interface ProvisionOptions {
  label?: string[];
  /** false for --no-team */
  team?: string | false;
  target?: string;
  group?: string;
  mode: 'jit' | 'registration_token';
  persistent?: boolean;
}

interface ListOptions {
  team?: string;
  status?: string;
  limit: number;
  cursor?: string;
}

interface PlaceOptions {
  target?: string;
}

const pathOf = (name: string) => `/api/v1/runners/${encodeURIComponent(name)}`;

/** `runyard runners …` */
export function addRunnerCommands(program: Command, context: Context): void {
  const runners = program
    .command('runners')
    .description('Get runners for machines of your own, look at them, remove them');

  runners
    .command('provision <name>')
    .description('Register a runner: prints, once, what it registers with')
    .option('--label <labels>', 'labels beyond self-hosted: a,b, or given again', list)
    .option('--team <name>', 'for this team (default: the only one that you are in)')
    .option('--no-team', 'for yourself')
    .option(
      '--target <target>',
      "organization, or owner/name of a repository (default: the team's)",
    )
    .option('--group <name>', "runner group of the organization (default: the policy's first)")
    .addOption(
      new Option('--mode <mode>', 'what it registers with')
        .choices(['jit', 'registration_token'])
        .default('jit'),
    )
    .option('--persistent', 'serves more than one job (with registration_token)')
    .action(async (name: string, options: ProvisionOptions, command: Command) => {
      const { label = [], team, target, group, mode, persistent } = options;
      const runner = await apiOf(command, context).post<ProvisionedRunner>(
        '/api/v1/runners/provision',
        {
          runner_name: name,
          labels: label,
          ...(team === undefined ? {} : { team: team === false ? null : team }),
          ...(target === undefined ? {} : { target }),
          ...(group === undefined ? {} : { runner_group: group }),
          mode,
          ephemeral: !persistent,
        },
      );
      context.warn(`${adviceOn(runner)}\n`);
      show(outputOf(command, context), runner, () => credentialOf(runner));
    });

  runners
    .command('list')
    .description("List runners, yours and your teams', the latest first")
    .option('--team <name>', "only this team's")
    .option('--status <status>', 'only of this status (several: a,b); ended ones: expired,deleted')
    .option('--limit <number>', 'how many', wholeNumber(1), 20)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(async (options: ListOptions, command: Command) => {
      const page = await apiOf(command, context).get<RegistrationPage>('/api/v1/runners', {
        ...options,
      });
      show(outputOf(command, context), page, () => runnerTable(page));
    });

  runners
    .command('get <name>')
    .description('Show a runner')
    .option('--target <target>', 'where several of one name are live')
    .action(async (name: string, options: PlaceOptions, command: Command) => {
      const api = apiOf(command, context);
      const runner = await api.get<Registration>(pathOf(name), { ...options });
      show(outputOf(command, context), runner, () => runnerText(runner));
    });

  runners
    .command('refresh <name>')
    .description('Compare a runner with GitHub now')
    .option('--target <target>', 'where several of one name are live')
    .action(async (name: string, options: PlaceOptions, command: Command) => {
      const api = apiOf(command, context);
      const path = `${pathOf(name)}/refresh`;
      const runner = await api.post<Registration>(path, undefined, { ...options });
      show(outputOf(command, context), runner, () => runnerText(runner));
    });

  runners
    .command('delete <name>')
    .description('Remove a runner at GitHub and here')
    .option('--target <target>', 'where several of one name are live')
    .option('--force', 'also while it runs a job (administrators)')
    .action(async (name: string, options: PlaceOptions & { force?: boolean }, command: Command) => {
      const { target, force } = options;
      await apiOf(command, context).delete(pathOf(name), {
        target,
        force: force ? 'true' : undefined,
      });
      show(outputOf(command, context), { name, deleted: true }, () => `Runner ${name} is gone`);
    });
}

/** What a script takes: the JIT configuration, or the command with the token in it. */
function credentialOf(runner: ProvisionedRunner): string {
  return runner.jit_config ?? runner.config_command ?? '';
}

function adviceOn({ name, target, mode, expires_at: until }: ProvisionedRunner): string {
  const how =
    mode === 'jit'
      ? 'Give it to ./run.sh as ACTIONS_RUNNER_INPUT_JITCONFIG.'
      : "Run it in the folder of GitHub's runner, then ./run.sh.";
  return `Runner ${name} at ${target}: this is shown once, and good until ${until}. Keep it secret. ${how}`;
}

function runnerTable({ items, next_cursor: next }: RegistrationPage): string {
  if (items.length === 0) return 'No runners';
  const rows = items.map((runner) => [
    runner.name,
    runner.flagged ? `${runner.status} (flagged)` : runner.status,
    runner.target,
    runner.team ?? '',
    runner.owner_name,
    runner.labels.join(','),
    ago(runner.created_at),
  ]);
  const headings = ['NAME', 'STATUS', 'TARGET', 'TEAM', 'OWNER', 'LABELS', 'AGE'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

function runnerText(runner: Registration): string {
  return fields([
    ['Runner', runner.name],
    ['Id', runner.id],
    ['Status', runner.status],
    ['Detail', runner.detail],
    ['Flagged', runner.flag_reason],
    ['Target', runner.target],
    ['Group', runner.runner_group],
    ['Team', runner.team],
    ['Owner', `${runner.owner_name} (${runner.owner})`],
    ['Labels', runner.labels.join(', ')],
    ['Mode', `${runner.mode}, ${runner.ephemeral ? 'ephemeral' : 'persistent'}`],
    ['Created', runner.created_at],
    ['Expires', runner.online_at === null ? runner.expires_at : null],
    ['Online', runner.online_at],
    ['Offline', runner.offline_at],
    ['Checked', runner.checked_at],
    ['Removed', runner.removed_at],
  ]);
}
