import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  AuditEventTypes,
  AuditEventView,
  AuditPage,
  AuditStats,
  AuditVerification,
} from '../../api/schemas/audit.ts';
import type { ApiClient } from '../api-client.ts';
import { EXIT, Failure } from '../failure.ts';
import { show } from '../output.ts';
import { exportEvents, type ExportTarget } from './audit-export.ts';
import { eventTable, statsText, storyText, typeTable, verificationText } from './audit-text.ts';
import { apiOf, type Context, outputOf } from './context.ts';

interface FilterOptions {
  type?: string;
  category?: string;
  severity?: string;
  actor?: string;
  resource?: string;
  outcome?: string;
  correlation?: string;
  since?: string;
  until?: string;
  text?: string;
}

/** The most events of one call. */
const PAGE = 200;
/** The most events of one story that are shown. */
const LONGEST_STORY = 10_000;

/** `runyard audit …` */
export function addAuditCommands(program: Command, context: Context): void {
  const audit = program.command('audit').description('Read, export and verify the audit log');

  withFilters(audit.command('query'))
    .description(
      'List audit events, the newest first; with --correlation the whole story, from its beginning',
    )
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(
      async (options: FilterOptions & { limit: number; cursor?: string }, command: Command) => {
        const api = apiOf(command, context);
        const output = outputOf(command, context);
        const { limit, cursor } = options;
        if (options.correlation !== undefined && cursor === undefined) {
          const items = await readStory(api, options);
          return show(output, { items, next_cursor: null }, () => storyText(items));
        }
        const query = { ...toQuery(options), limit, cursor };
        const page = await api.get<AuditPage>('/api/audit/logs', query);
        show(output, page, () => eventTable(page));
      },
    );

  withFilters(audit.command('export'))
    .description('Export audit events, the newest first: all of them, unless --limit says less')
    .addOption(
      new Option('--format <format>', 'of the export')
        .choices(['json', 'csv', 'ndjson'])
        .default('ndjson'),
    )
    .option('--limit <number>', 'at most so many', wholeNumber)
    .option('-o, --output <file>', 'the file to write; standard output where left out')
    .action(async (options: FilterOptions & ExportTarget, command: Command) =>
      exportEvents(apiOf(command, context), toQuery(options), options, context.write),
    );

  audit
    .command('verify')
    .description('Verify that no event was changed, removed, inserted or moved; ends with 1 if so')
    .option('--archive <file>', 'verify an archive file instead, with the keys of this machine')
    .action(async ({ archive }: { archive?: string }, command: Command) => {
      const found =
        archive === undefined
          ? await apiOf(command, context).get<AuditVerification>('/api/audit/verify')
          : await verifyArchive(archive, context);
      show(outputOf(command, context), found, () => verificationText(found));
      const { first_bad: bad } = found;
      if (bad) {
        const message = `The audit log is broken at event ${bad.sequence}: ${bad.reason}`;
        throw new Failure(EXIT.failed, 'audit_chain_broken', message);
      }
    });

  audit
    .command('event-types')
    .description('List every type of audit event')
    .action(async (_: unknown, command: Command) => {
      const types = await apiOf(command, context).get<AuditEventTypes>('/api/audit/event-types');
      show(outputOf(command, context), types, () => typeTable(types));
    });

  audit
    .command('stats')
    .description('Count audit events')
    .option('--since <time>', 'at or after, RFC 3339')
    .option('--until <time>', 'before, RFC 3339')
    .action(async (options: { since?: string; until?: string }, command: Command) => {
      const stats = await apiOf(command, context).get<AuditStats>('/api/audit/stats', options);
      show(outputOf(command, context), stats, () => statsText(stats));
    });
}

function withFilters(command: Command): Command {
  return command
    .option('--type <type>', 'only events of this type (several: a,b)')
    .option('--category <category>', 'only of this category (several: a,b)')
    .option('--severity <severity>', 'only of this severity (several: a,b)')
    .option('--actor <id or name>', 'only what this actor did')
    .option('--resource <type[/id]>', 'only what was done to this thing, or to things of this type')
    .option('--outcome <outcome>', 'only with this outcome (several: a,b)')
    .option('--correlation <id>', 'only what this request or webhook caused')
    .option('--since <time>', 'at or after, RFC 3339')
    .option('--until <time>', 'before, RFC 3339')
    .option('--text <text>', 'only events in which this stands');
}

function toQuery(options: FilterOptions) {
  const { type, category, severity, actor, resource, outcome, since, until, text } = options;
  const [resourceType, ...id] = resource?.split('/') ?? [];
  return {
    type,
    category,
    severity,
    actor,
    resource_type: resourceType,
    resource_id: id.length > 0 ? id.join('/') : undefined,
    outcome,
    correlation_id: options.correlation,
    since,
    until,
    text,
  };
}

async function readStory(api: ApiClient, options: FilterOptions): Promise<AuditEventView[]> {
  const events: AuditEventView[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...toQuery(options), limit: PAGE, cursor };
    const page = await api.get<AuditPage>('/api/audit/logs', query);
    events.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && events.length < LONGEST_STORY);
  return events.toReversed();
}

/** Loaded only where it's asked for: nothing else of the command needs it. */
async function verifyArchive(file: string, { environment }: Context): Promise<AuditVerification> {
  const archive = await import('../archive/verify-archive.ts');
  return archive.verifyArchive(file, environment);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number from 1 on');
  return value;
}
