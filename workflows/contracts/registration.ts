import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RegistrationMode, RegistrationStatus } from '../../domain/registration-status.ts';
import type { Secret } from '../../domain/secret.ts';
import { GITHUB_REFUSED, RATE_LIMITED } from './control-activities.ts';

/** Name of the workflow, for clients that start it without importing it. */
export const RUNNER_REGISTRATION = 'runnerRegistration';

/** The workflow id is the lock of a registration, whose id is the one of its record. */
export function registrationWorkflowId(id: string): string {
  return `registration/${id}`;
}

/**
 * Update id of {@link provisionRunner}: always this one, so that a call whose answer was lost is
 * answered again with what the first one made.
 */
export const PROVISION_UPDATE_ID = 'provision';

/** Milliseconds, from the settings. */
export interface RegistrationTimes {
  /** How often GitHub is asked, by what is known of the runner. */
  poll: { pending: number; online: number; busy: number; offline: number };
  /** Between two looks at a runner that GitHub seems to know no more. */
  confirm: number;
  /** Longest that provisioning may take. */
  provision: number;
  /** An offline runner is removed after this. */
  stale: number;
}

/** What somebody was granted. */
export interface RegistrationGrant {
  /** The runner's name at GitHub. */
  name: string;
  /** An organization, or `owner/name` of a repository. */
  target: string;
  /** 0 where it isn't known: it's then looked up by target. */
  installationId: number;
  /** Custom and system labels, as enforced. */
  labels: readonly string[];
  /** Name of a runner group; a repository has `Default` only. */
  runnerGroup: string;
  mode: RegistrationMode;
  ephemeral: boolean;
}

/** The one argument of `runnerRegistration`. */
export interface RegistrationInput extends RegistrationGrant {
  /** Of the record, which exists already. */
  id: string;
  owner: string;
  team: string | null;
  correlationId: string;
  /** RFC 3339; until then it must have come online. */
  expiresAt: string;
  times: RegistrationTimes;
}

/** What a provisioned runner registers with. Shown once, never stored in clear. */
export type RunnerCredential =
  | { readonly mode: 'jit'; readonly jitConfig: string; readonly expiresAt: string }
  | { readonly mode: 'registration_token'; readonly token: string; readonly expiresAt: string };

/** A webhook told of a job that the runner took or finished. */
export interface RunnerHeard {
  state: 'busy' | 'idle';
  githubJobId: number;
}

export interface DeleteRegistration {
  /** Also while it runs a job. */
  force: boolean;
}

/**
 * `busy`: nothing was done. `removing`: GitHub lets go of no runner that is at work; this one is given
 * no further job and goes as soon as its job is over.
 */
export type DeletionResult = 'removed' | 'removing' | 'busy';

/** Where the registration stands. */
export interface RegistrationState {
  status: RegistrationStatus;
  /** One plain sentence. */
  detail: string;
  githubRunnerId: number | null;
  /** Why it was flagged; null: it was not. */
  flagReason: string | null;
}

/**
 * Registers at GitHub. Sent with the start (`executeUpdateWithStart`, update id
 * {@link PROVISION_UPDATE_ID}); fails as one of {@link PROVISION_FAILURES}, and then the record is
 * closed.
 */
export const provisionRunner = defineUpdate<Secret<RunnerCredential>>('provision');
/** Compares with GitHub now. */
export const refreshRegistration = defineUpdate<RegistrationState>('refresh');
/** Removes the runner at GitHub and closes the record. */
export const deleteRegistration = defineUpdate<DeletionResult, [DeleteRegistration]>('delete');
export const registrationSeen = defineSignal<[RunnerHeard]>('registrationSeen');
export const registrationStatus = defineQuery<RegistrationState>('status');

/** GitHub knows a runner of this name already, at this target. */
export const NAME_TAKEN_AT_GITHUB = 'RunnerNameTaken';
/** The organization has no runner group of this name, or a repository was to have one. */
export const RUNNER_GROUP_UNKNOWN = 'RunnerGroupUnknown';
/** GitHub could not be reached, or its rate limit is used up: the same may succeed later. */
export const GITHUB_UNAVAILABLE = 'GithubUnavailable';

/** Failure types of {@link provisionRunner}: the `type` of the `ApplicationFailure` that is its cause. */
export const PROVISION_FAILURES = [
  NAME_TAKEN_AT_GITHUB,
  RUNNER_GROUP_UNKNOWN,
  GITHUB_UNAVAILABLE,
  RATE_LIMITED,
  GITHUB_REFUSED,
] as const;
