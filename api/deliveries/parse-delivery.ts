import type { EmitterWebhookEventName } from '@octokit/webhooks';
import { z } from 'zod';
import type { GithubJobStatus } from '../../domain/job-status.ts';
import type { FieldError } from '../errors.ts';
import type { JobWord, ParsedDelivery, WebhookEnvelope } from './delivery.ts';

/** The one event that Runyard acts on so far. */
const JOB_EVENT: EmitterWebhookEventName = 'workflow_job';

/** The body is not JSON in UTF-8. */
export class NotJsonError extends Error {}

/** The body is JSON, but not what its event looks like; says which fields are wrong. */
export class WrongShapeError extends Error {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.errors = errors;
  }
}

const id = z.int().positive();
/** GitHub leaves out, or sends as null or empty, what it has no value for. */
const optionalText = (most: number) =>
  z
    .string()
    .max(most)
    .nullish()
    .transform((text) => text || null);
const optionalTime = z.iso
  .datetime({ offset: true })
  .refine((text) => new Date(text).getTime() >= 0, 'lies before 1970')
  .nullish()
  .transform((text) => text ?? null);
const repositoryName = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'is not owner/name');

const envelopeSchema = z.object({
  action: optionalText(100),
  installation: z.object({ id }).nullish(),
  repository: z.object({ id, full_name: repositoryName }).nullish(),
  ref: optionalText(1024),
  after: optionalText(100),
});

/**
 * The parts of `workflow_job` that are used. Bounds keep a hostile payload from becoming a workflow
 * input that Temporal refuses for ever; GitHub's own are tighter.
 */
const jobSchema = z.object({
  id,
  run_id: id,
  run_attempt: z.int().min(1).max(2_147_483_647).default(1),
  workflow_name: optionalText(1024),
  name: z.string().max(4096),
  labels: z.array(z.string().min(1).max(256)).max(100),
  head_branch: optionalText(1024),
  head_sha: optionalText(100),
  html_url: z
    .string()
    .max(2048)
    .nullish()
    // The dashboard makes a link of it, so nothing but the web will do.
    .transform((url) => (url && /^https?:\/\//i.test(url) ? url : null)),
  conclusion: optionalText(64),
  runner_name: optionalText(256),
  created_at: optionalTime,
  started_at: optionalTime,
  completed_at: optionalTime,
});

const jobEventSchema = z.object({
  repository: z.object({ id, full_name: repositoryName }),
  workflow_job: jobSchema.nullable(),
});

const GITHUB_STATUS: Readonly<Record<string, GithubJobStatus>> = {
  queued: 'queued',
  in_progress: 'in_progress',
  completed: 'completed',
};

/**
 * Understands a webhook's body.
 *
 * @throws NotJsonError, WrongShapeError
 */
export function parseDelivery(event: string, text: string): ParsedDelivery {
  const body = parseJson(text);
  const envelope = check(envelopeSchema, body);
  const action = envelope.action;
  const parsed: WebhookEnvelope = {
    event,
    action,
    installationId: envelope.installation?.id ?? null,
    repositoryId: envelope.repository?.id ?? null,
    repository: envelope.repository?.full_name ?? null,
    ref: envelope.ref,
    headCommit: envelope.after,
  };
  if (event !== JOB_EVENT) return { ...parsed, job: null };
  if (action === null) throw new WrongShapeError([{ path: 'action', message: 'is missing' }]);
  const { repository, workflow_job: job } = check(jobEventSchema, body);
  if (!job) return { ...parsed, job: null };
  const identified = { ...parsed, ref: job.head_branch, headCommit: job.head_sha };
  // The action counts, not the job's own status: that may still say `waiting` when it is queued.
  const githubStatus = Object.hasOwn(GITHUB_STATUS, action) ? GITHUB_STATUS[action] : undefined;
  if (!githubStatus) return { ...identified, job: null };
  return { ...identified, job: toJobWord(githubStatus, job, repository, parsed.installationId) };
}

function toJobWord(
  githubStatus: GithubJobStatus,
  job: z.output<typeof jobSchema>,
  repository: { id: number; full_name: string },
  installationId: number | null,
): JobWord {
  const isQueued = githubStatus === 'queued';
  return {
    githubStatus,
    githubJobId: job.id,
    runId: job.run_id,
    runAttempt: job.run_attempt,
    repositoryId: repository.id,
    repository: repository.full_name,
    installationId: installationId ?? 0,
    workflowName: job.workflow_name,
    name: job.name,
    labels: job.labels,
    branch: job.head_branch,
    headSha: job.head_sha,
    githubUrl: job.html_url,
    conclusion: githubStatus === 'completed' ? job.conclusion : null,
    runnerName: isQueued ? null : job.runner_name,
    queuedAt: job.created_at,
    // A job that is cancelled while it is queued has a start all the same, but no runner.
    startedAt: isQueued || !job.runner_name ? null : job.started_at,
    completedAt: githubStatus === 'completed' ? job.completed_at : null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotJsonError(
      'The body is not JSON: set the content type of the webhook to application/json',
    );
  }
}

function check<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new WrongShapeError(
    result.error.issues.slice(0, 20).map((issue) => ({
      path: issue.path.join('.') || 'body',
      message: issue.message,
    })),
  );
}
