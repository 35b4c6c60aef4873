import { type Command, Option } from 'commander';
import type { Job, JobDetail, JobPage } from '../../api/schemas/job.ts';
import { ago, fields, show, table } from '../output.ts';
import { apiOf, type Context, outputOf } from './context.ts';
import { followLog } from './follow-log.ts';
import { wholeNumber } from './options.ts';

interface ListOptions {
  status?: string;
  repository?: string;
  pool?: string;
  host?: string;
  label?: string;
  since?: string;
  until?: string;
  limit: number;
  cursor?: string;
}

/** `runyard jobs …` */
export function addJobCommands(program: Command, context: Context): void {
  const jobs = program.command('jobs').description('Look at jobs, cancel and retry them');

  jobs
    .command('list')
    .description('List jobs, the latest first')
    .option('--status <status>', 'only jobs of this status (several: a,b)')
    .option('--repository <owner/name>', 'only jobs of this repository')
    .option('--pool <name>', 'only jobs of this pool')
    .option('--host <id>', 'only jobs on this host')
    .option('--label <label>', 'only jobs with this label')
    .option('--since <time>', 'received at or after, RFC 3339')
    .option('--until <time>', 'received before, RFC 3339')
    .option('--limit <number>', 'how many', wholeNumber(1), 20)
    .option('--cursor <cursor>', "where to go on: a former list's next_cursor")
    .action(async (options: ListOptions, command: Command) => {
      const page = await apiOf(command, context).get<JobPage>('/api/jobs', { ...options });
      show(outputOf(command, context), page, () => jobTable(page));
    });

  jobs
    .command('show <id>')
    .description('Show a job with its timeline')
    .action(async (id: string, _: unknown, command: Command) => {
      const job = await apiOf(command, context).get<JobDetail>(
        `/api/jobs/${encodeURIComponent(id)}`,
      );
      show(outputOf(command, context), job, () => jobText(job));
    });

  jobs
    .command('logs <id>')
    .description("Print the output of a job's runner")
    .option('-f, --follow', 'go on until the runner is gone')
    .action(async (id: string, options: { follow?: boolean }, command: Command) => {
      const api = apiOf(command, context);
      const output = outputOf(command, context);
      const path = `/api/jobs/${encodeURIComponent(id)}/logs`;
      if (options.follow) return followLog(api, path, output);
      const text = await api.getText(path);
      output.write(output.json ? `${JSON.stringify({ text }, null, 2)}\n` : text);
    });

  jobs
    .command('cancel <id>')
    .description('End a job: its runner is removed, and GitHub told')
    .option('--reason <text>', "stands in the job's record")
    .addOption(
      new Option(
        '--scope <scope>',
        'run: cancel it at GitHub too; runner: only remove its runner',
      ).choices(['run', 'runner']),
    )
    .action(async (id: string, options: { reason?: string; scope?: string }, command: Command) => {
      const job = await apiOf(command, context).post<Job>(
        `/api/jobs/${encodeURIComponent(id)}/cancel`,
        options,
      );
      show(outputOf(command, context), job, () => `Job ${id} is ending`);
    });

  jobs
    .command('retry <id>')
    .description('Launch a runner again for a failed or lost job that GitHub still has queued')
    .action(async (id: string, _: unknown, command: Command) => {
      const job = await apiOf(command, context).post<Job>(
        `/api/jobs/${encodeURIComponent(id)}/retry`,
      );
      show(outputOf(command, context), job, () => `Job ${id} is queued again`);
    });
}

function jobTable({ items, next_cursor: next }: JobPage): string {
  if (items.length === 0) return 'No jobs';
  const rows = items.map((job) => [
    job.id,
    job.repository,
    job.name,
    job.status,
    job.conclusion ?? '',
    job.host_id ?? '',
    ago(job.received_at),
  ]);
  const headings = ['ID', 'REPOSITORY', 'NAME', 'STATUS', 'CONCLUSION', 'HOST', 'AGE'];
  return table(headings, rows) + (next ? `\nMore: --cursor ${next}` : '');
}

function jobText(job: JobDetail): string {
  const facts = fields([
    ['Job', `${job.id}  ${job.repository} · ${job.name}`],
    ['Status', [job.status, job.conclusion].filter(Boolean).join(', ')],
    ['Detail', job.detail],
    ['Error', job.error_code],
    ['Labels', job.labels.join(', ')],
    ['Branch', job.branch],
    ['Pool', job.pool],
    ['Priority', job.priority === null ? null : String(job.priority)],
    ['Runner', job.runner_name],
    ['Host', job.host_id],
    ['Launches', String(job.attempts)],
    ['GitHub', job.github_url],
    ['Workflow', job.workflow.url ?? job.workflow.id],
    ['Correlation', job.correlation_id],
  ]);
  const steps = job.timeline.map(({ step, at, milliseconds_since_previous: since }) => [
    step,
    at,
    since === null ? '' : `+${(since / 1000).toFixed(3)} s`,
  ]);
  return `${facts}\n\n${table(['STEP', 'AT', ''], steps)}`;
}
