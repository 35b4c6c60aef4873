import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from '../domain/pool.ts';
import type { Database } from '../prisma/client.ts';
import { type ControlActivities, NOT_NEEDED } from '../workflows/contracts/control-activities.ts';
import type { GithubClient } from './github/client.ts';
import { cancelWorkflowRun, fetchJob } from './github/jobs.ts';
import { registerRunner, removeRegistration } from './github/runners.ts';
import {
  admit,
  describe,
  finish,
  readRunner,
  recordClaim,
  recordMint,
  recordWord,
} from './records.ts';

export interface ControlActivityDependencies {
  database: Database;
  github: GithubClient;
  pools: readonly Pool[];
}

/** The control worker's activities; what each does is said in `ControlActivities`. */
export function createControlActivities({
  database,
  github,
  pools,
}: ControlActivityDependencies): ControlActivities {
  return {
    admitJob: (input) => admit(database, pools, input),
    async mintRunner(input) {
      if (!(await recordClaim(database, input))) {
        throw ApplicationFailure.nonRetryable('No job waits for this runner', NOT_NEEDED);
      }
      const minted = await registerRunner(github, input);
      await recordMint(database, input, minted.reveal().runnerId);
      return minted;
    },
    readRunner: (input) => readRunner(database, input),
    async askJob({ id, ...input }) {
      const asked = await fetchJob(github, input);
      if (!asked) return null;
      await recordWord(database, id, asked);
      return { status: asked.status, conclusion: asked.conclusion, runnerName: asked.runnerName };
    },
    deregisterRunner: (input) => removeRegistration(github, input),
    cancelRun: (input) => cancelWorkflowRun(github, input),
    describeJob: (input) => describe(database, input),
    finishJob: (end) => finish(database, end),
  };
}
