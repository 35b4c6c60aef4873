import type { Command } from 'commander';
import type { LabelPolicyPage, LabelPolicyView } from '../../api/schemas/label-policy.ts';
import { fields, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { list, wholeNumber } from './options.ts';

interface PolicyOptions {
  allow?: string[];
  deny?: string[];
  require?: string[];
  maxRunners?: number;
  maxRunnersPerHour?: number;
  allowPersistent?: boolean;
  runnerGroup?: string[];
}

const POLICIES = '/api/v1/admin/label-policies';
const pathOf = (subject: string) => `${POLICIES}/${encodeURIComponent(subject)}`;

/** `runyard policies …` */
export function addPolicyCommands(program: Command, context: Context): void {
  const policies = program
    .command('policies')
    .description('Say which labels and how many runners a person or team may have')
    .addHelpText(
      'after',
      '\nA subject is default, team:NAME, user:USERNAME or oidc:ISSUER#SUBJECT.',
    );

  policies
    .command('list')
    .description('List policies')
    .option('--limit <number>', 'how many', wholeNumber(1), 50)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(async (options: { limit: number; cursor?: string }, command: Command) => {
      const page = await apiOf(command, context).get<LabelPolicyPage>(POLICIES, { ...options });
      show(outputOf(command, context), page, () => policyTable(page));
    });

  policies
    .command('show <subject>')
    .description("Show a subject's policy")
    .action(async (subject: string, _: unknown, command: Command) => {
      const policy = await apiOf(command, context).get<LabelPolicyView>(pathOf(subject));
      show(outputOf(command, context), policy, () => policyText(policy));
    });

  policies
    .command('set <subject>')
    .description(
      "Write a subject's policy in place of the one before; what isn't named is not allowed",
    )
    .option('--allow <labels>', 'labels and patterns such as gpu-*: a,b, or given again', list)
    .option('--deny <labels>', 'never these, whatever is allowed', list)
    .option('--require <labels>', 'each must be met by a label of the runner', list)
    .option('--max-runners <number>', 'at once (default: no limit)', wholeNumber(0))
    .option(
      '--max-runners-per-hour <number>',
      'within 60 minutes (default: no limit)',
      wholeNumber(0),
    )
    .option('--allow-persistent', 'runners for more than one job')
    .option('--runner-group <names>', 'groups that may be had (default: Default)', list)
    .action(async (subject: string, options: PolicyOptions, command: Command) => {
      const policy = await apiOf(command, context).post<LabelPolicyView>(POLICIES, {
        subject,
        allowed: options.allow ?? [],
        denied: options.deny ?? [],
        required: options.require ?? [],
        max_runners: options.maxRunners ?? null,
        max_runners_per_hour: options.maxRunnersPerHour ?? null,
        allow_persistent: options.allowPersistent ?? false,
        runner_groups: options.runnerGroup ?? [],
      });
      show(outputOf(command, context), policy, () => policyText(policy));
    });

  policies
    .command('delete <subject>')
    .description("Delete a subject's policy; the default one then holds")
    .action(async (subject: string, _: unknown, command: Command) => {
      await apiOf(command, context).delete(pathOf(subject));
      const done = { subject, deleted: true };
      show(outputOf(command, context), done, () => `The policy of ${subject} is gone`);
    });
}

function policyTable({ items, next_cursor: next }: LabelPolicyPage): string {
  if (items.length === 0)
    return 'No policies: the built-in default holds ("policies show default")';
  const rows = items.map((policy) => [
    policy.subject,
    policy.allowed.join(','),
    policy.denied.join(','),
    policy.required.join(','),
    limit(policy.max_runners),
    limit(policy.max_runners_per_hour),
  ]);
  const headings = ['SUBJECT', 'ALLOWED', 'DENIED', 'REQUIRED', 'RUNNERS', 'PER HOUR'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

function policyText(policy: LabelPolicyView): string {
  return fields([
    ['Subject', policy.subject],
    ['Allowed', policy.allowed.join(', ') || 'system labels only'],
    ['Denied', policy.denied.join(', ') || null],
    ['Required', policy.required.join(', ') || null],
    ['Runners', limit(policy.max_runners)],
    ['Per hour', limit(policy.max_runners_per_hour)],
    ['Persistent', policy.allow_persistent ? 'allowed' : 'not allowed'],
    ['Groups', policy.runner_groups.join(', ') || 'Default'],
    ['Updated', policy.updated_at ?? 'built in'],
  ]);
}

function limit(number: number | null): string {
  return number === null ? 'no limit' : String(number);
}
