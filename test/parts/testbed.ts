import { Client, Connection, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { expect } from 'vitest';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import { startSystem, type System } from '../system.ts';
import { remainsOf, untilNothingRemains } from './remains.ts';
import { idOf, RunyardApi } from './runyard-api.ts';
import { SimulatedGithub, type SimulatedJob } from './simulated-github.ts';

/** A whole running system, with clients for its API and for GitHub's side. */
export interface Testbed {
  system: System;
  github: SimulatedGithub;
  runyard: RunyardApi;
  /** Waits until the jobs' workflows are over, then expects no container, attachment or runner. */
  expectNothingLeft(jobs: readonly SimulatedJob[]): Promise<void>;
}

export async function startTestbed(
  name: string,
  settings: Record<string, string>,
): Promise<Testbed> {
  const system = await startSystem({ name, settings });
  const github = new SimulatedGithub(system.simulatorControl);
  return {
    system,
    github,
    runyard: new RunyardApi(system.api, system.token),
    async expectNothingLeft(jobs) {
      const connection = await Connection.connect({ address: system.endpoints.temporal });
      const { workflow } = new Client({ connection });
      await Promise.all(
        jobs.map((job) => untilClosed(workflow.getHandle(jobWorkflowId(idOf(job))))),
      );
      await connection.close();
      await untilNothingRemains(system.hostId);
      expect(await remainsOf(system.hostId)).toEqual({ containers: [], attached: 0 });
      expect(await github.runners()).toEqual([]);
    },
  };
}

async function untilClosed(handle: { result(): Promise<unknown> }): Promise<void> {
  try {
    await handle.result();
  } catch (error) {
    // cancelled is closed as well, and an ignored job never had a workflow
    if (!(error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError))
      throw error;
  }
}
