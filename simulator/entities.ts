/** What the simulated GitHub knows. Times are milliseconds since the epoch. */

export type JobStatus = 'waiting' | 'queued' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** An organization or a user, with the App installed on it. */
export interface Account {
  id: number;
  login: string;
  type: 'Organization' | 'User';
  installationId: number;
  createdAt: number;
}

export interface Repository {
  id: number;
  accountId: number;
  owner: string;
  name: string;
  fullName: string;
  private: boolean;
  defaultBranch: string;
  createdAt: number;
}

/** One job of a workflow as its author wrote it. */
export interface JobPlan {
  name: string;
  labels: string[];
  steps: { name: string; run: string }[];
  waiting: boolean;
}

export interface Run {
  id: number;
  repositoryId: number;
  workflow: string;
  workflowId: number;
  branch: string;
  event: string;
  headSha: string;
  runNumber: number;
  attempt: number;
  plans: JobPlan[];
  /** Jobs of the latest attempt. */
  jobIds: number[];
  createdAt: number;
  attemptStartedAt: number;
  updatedAt: number;
}

export interface Step {
  number: number;
  name: string;
  run: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  startedAt: number | null;
  completedAt: number | null;
}

export interface Job {
  id: number;
  runId: number;
  attempt: number;
  repositoryId: number;
  name: string;
  labels: string[];
  steps: Step[];
  status: JobStatus;
  conclusion: Conclusion | null;
  createdAt: number;
  queuedAt: number;
  /** Runner that the job was offered to and that has not picked it up yet. */
  assignedRunnerId: number | null;
  assignedAt: number | null;
  runnerId: number | null;
  runnerName: string | null;
  startedAt: number | null;
  completedAt: number | null;
  cancelRequestedAt: number | null;
}

export interface Runner {
  id: number;
  name: string;
  /** Exactly one of the two is set. */
  repositoryId: number | null;
  accountId: number | null;
  /** System labels among them. */
  labels: string[];
  ephemeral: boolean;
  /** Runners that were registered before there were groups have none. */
  groupId?: number;
  /** SHA-256 of the token that its JIT configuration carries. */
  tokenHash: string;
  createdAt: number;
  /** When it last said something; null: it never came online. */
  seenAt: number | null;
  online: boolean;
  /** Job that is offered to it or that it runs. */
  jobId: number | null;
}

/** A runner group of an organization, beside the one that each has. */
export interface RunnerGroup {
  id: number;
  accountId: number;
  name: string;
}

/** An installation's access token, or a registration or removal token. */
export interface Token {
  /** SHA-256 of the token. */
  id: string;
  kind: 'installation' | 'registration' | 'removal';
  installationId: number;
  /** Null: every repository of the installation. */
  repositoryIds: number[] | null;
  expiresAt: number;
}

/** One attempt at sending a webhook. */
export interface Delivery {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  repositoryId: number | null;
  installationId: number | null;
  /** The job as it stood when the event happened: its payload is made again from it. */
  job: Job | null;
  /** Payload of an event that is not about a job. */
  payload: unknown;
  redelivery: boolean;
  createdAt: number;
  /** Null while it is under way. */
  deliveredAt: number | null;
  milliseconds: number;
  status: string;
  statusCode: number;
  response: string | null;
  fault: string | null;
}
