import type { RequestBudget } from '../../domain/poll-delay.ts';
import type { SeenRunner } from '../../domain/registration-check.ts';
import type { RegistrationEnd } from '../../domain/registration-event.ts';
import type { RegistrationStatus } from '../../domain/registration-status.ts';
import type { Secret } from '../../domain/secret.ts';
import type { RegistrationGrant, RunnerCredential } from './registration.ts';

/** Which runner of which place a call to GitHub is about. */
export type RunnerReference = Pick<RegistrationGrant, 'name' | 'target' | 'installationId'> & {
  /** null: it's found by its name alone; else one of another id is another runner. */
  githubRunnerId: number | null;
};

/** What is found out before registering. */
export interface PreparedRegistration {
  installationId: number;
  /** null in a repository, which has one group only. */
  runnerGroupId: number | null;
}

/** What registering needs. */
export interface RegistrationOrder extends RegistrationGrant, PreparedRegistration {
  /** RFC 3339; of a configuration, as GitHub says nothing of that. */
  expiresAt: string;
}

/** What registering made. */
export type Registered = {
  /** null with a registration token: the client registers the runner. */
  readonly githubRunnerId: number | null;
  readonly credential: RunnerCredential;
};

/** What GitHub showed of a runner. */
export interface Look {
  /** null: it knows none. */
  runner: SeenRunner | null;
  budget: RequestBudget | null;
}

/** What is written into the record; whatever is left out stays. */
export interface RegistrationChange {
  id: string;
  correlationId: string;
  status: RegistrationStatus;
  detail: string;
  githubRunnerId: number | null;
  installationId?: number;
  /** RFC 3339 */
  expiresAt?: string;
  /** How it ended: decides which event is written. */
  end?: RegistrationEnd;
}

export interface FlaggedRunner {
  id: string;
  correlationId: string;
  githubRunnerId: number;
  reason: string;
  labels: readonly string[];
}

/** Steps of a registration that the control worker does. */
export interface RegistrationActivities {
  /**
   * Makes sure that it's still wanted and that GitHub knows no runner of that name yet, and finds the
   * runner group. Fails as GITHUB_REFUSED when the record is closed, as NAME_TAKEN_AT_GITHUB or as
   * RUNNER_GROUP_UNKNOWN.
   */
  prepareRegistration(grant: RegistrationGrant & { id: string }): Promise<PreparedRegistration>;
  /**
   * Registers at GitHub. A runner of that name which a lost answer left behind is removed and made
   * anew, so that a repeated call leaves one; a name that somebody else took meanwhile is not touched.
   */
  registerAtGithub(order: RegistrationOrder): Promise<Secret<Registered>>;
  /** Asks GitHub for the runner, and keeps in the record that it was asked. */
  lookAtRunner(input: RunnerReference & { id: string }): Promise<Look>;
  /** Removes it at GitHub. `busy`: it's at work, and GitHub doesn't let go of it. */
  removeRunnerAtGithub(input: RunnerReference): Promise<'removed' | 'absent' | 'busy'>;
  /** Removes what a lost answer may have left behind, and nothing else. */
  discardLeftOver(grant: RegistrationGrant): Promise<void>;
  /** Makes its custom labels these. A runner that is gone has none. */
  replaceLabels(input: RunnerReference & { labels: readonly string[] }): Promise<void>;
  /**
   * Writes what changed, with its event, once however often it's called. False: the record is closed,
   * and stays as it is.
   */
  recordRegistration(change: RegistrationChange): Promise<boolean>;
  /** Flags a registration whose runner went beyond what was granted, with its event. */
  flagRegistration(flag: FlaggedRunner): Promise<void>;
}
