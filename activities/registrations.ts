import { ApplicationFailure } from '@temporalio/common';
import type { RegistrationMode } from '../domain/registration-status.ts';
import type { Database } from '../prisma/client.ts';
import type { RegistrationActivities } from '../workflows/contracts/registration-activities.ts';
import type { GithubClient } from './github/client.ts';
import {
  discardLeftOver,
  prepareRegistration,
  registerAtGithub,
} from './github/registration-mint.ts';
import { removeRunner, replaceLabels, RunnerWatch } from './github/registration-runners.ts';
import {
  flagRegistration,
  recordLook,
  recordRegistration,
  requireOpen,
} from './registration-records.ts';

export interface RegistrationActivityDependencies {
  database: Database;
  github: GithubClient;
  /** Told of each attempt to register a runner, for metrics; the outcome is `registered` or why not. */
  observe: (provision: { mode: RegistrationMode; outcome: string }) => void;
}

/** The activities of registrations; what each does is said in `RegistrationActivities`. */
export function createRegistrationActivities({
  database,
  github,
  observe,
}: RegistrationActivityDependencies): RegistrationActivities {
  const watch = new RunnerWatch(github);
  const observed = async <T>(
    mode: RegistrationMode,
    done: string | null,
    step: () => Promise<T>,
  ) => {
    try {
      const result = await step();
      if (done !== null) observe({ mode, outcome: done });
      return result;
    } catch (error) {
      const type = error instanceof ApplicationFailure ? error.type : null;
      observe({ mode, outcome: type ?? 'Unknown' });
      throw error;
    }
  };
  return {
    async prepareRegistration({ id, ...grant }) {
      await requireOpen(database, id);
      return observed(grant.mode, null, () => prepareRegistration(github, grant));
    },
    registerAtGithub: (order) =>
      observed(order.mode, 'registered', () => registerAtGithub(github, order)),
    async lookAtRunner({ id, ...runner }) {
      const look = await watch.look(runner);
      await recordLook(database, id);
      return look;
    },
    removeRunnerAtGithub: (runner) => removeRunner(github, runner),
    discardLeftOver: (grant) => discardLeftOver(github, grant),
    replaceLabels: (input) => replaceLabels(github, input),
    recordRegistration: (change) => recordRegistration(database, change),
    flagRegistration: (flag) => flagRegistration(database, flag),
  };
}
