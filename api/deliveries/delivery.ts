import type { GithubJobStatus } from '../../domain/job-status.ts';

/** What a webhook says, whatever its event. */
export interface WebhookEnvelope {
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  /** `owner/name` */
  repository: string | null;
  ref: string | null;
  headCommit: string | null;
}

/** What a `workflow_job` webhook says of its job; times are RFC 3339. */
export interface JobWord {
  githubStatus: GithubJobStatus;
  githubJobId: number;
  runId: number;
  runAttempt: number;
  repositoryId: number;
  repository: string;
  installationId: number;
  workflowName: string | null;
  name: string;
  labels: string[];
  branch: string | null;
  headSha: string | null;
  githubUrl: string | null;
  conclusion: string | null;
  /** Never trusted while the job is queued: GitHub may name a runner even then. */
  runnerName: string | null;
  queuedAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
}

/** A webhook that was understood; without a job word, nothing here uses it. */
export interface ParsedDelivery extends WebhookEnvelope {
  job: JobWord | null;
}

/** How GitHub names a delivery: the GUID is the same at every hook of one event. */
export interface DeliveryName {
  hookId: string;
  deliveryId: string;
}
