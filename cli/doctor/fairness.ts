import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { failed, type Finding, ok, warning } from './finding.ts';

const CHECK = 'Fairness';
const FIX =
  'Start the Temporal server with the dynamic configuration matching.useNewMatcher=true, ' +
  'matching.enableFairness=true, matching.numTaskqueueReadPartitions=1 and ' +
  'matching.numTaskqueueWritePartitions=1';
/** Tasks of the one key that stand before the one of the other. */
const BACKLOG = 8;
/** milliseconds */
const TIMEOUT = 10_000;

/**
 * Sees whether the server lets one repository's jobs wait behind another's: it queues many tasks
 * under one fairness key and then one under another, on a queue of its own, and looks at the order
 * in which they're given out. A server says nowhere whether fairness is on.
 */
export async function checkFairness(address: string, namespace: string): Promise<Finding> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ address, connectTimeout: TIMEOUT });
  } catch (error) {
    return failed(
      CHECK,
      `Temporal doesn't answer at ${address} (${(error as Error).message})`,
      'Start it, or set TEMPORAL_ADDRESS to where it is',
    );
  }
  try {
    const place = await connection.withDeadline(Date.now() + TIMEOUT, () =>
      placeOfTheOther(connection, namespace),
    );
    if (place <= BACKLOG / 2) {
      return ok(CHECK, 'The server serves repositories in turn');
    }
    return warning(
      CHECK,
      'The server serves jobs in the order of their arrival: one repository can make the others wait',
      FIX,
    );
  } catch (error) {
    return warning(CHECK, `It could not be found out (${(error as Error).message})`, FIX);
  } finally {
    await connection.close();
  }
}

/** At which place the one task of the second key comes, counted from 0. */
async function placeOfTheOther(connection: Connection, namespace: string): Promise<number> {
  const client = new Client({ connection, namespace });
  const taskQueue = `runyard-doctor/${randomUUID()}`;
  const started: WorkflowHandle[] = [];
  const start = async (fairnessKey: string) => {
    const handle = await client.workflow.start('runyardDoctor', {
      taskQueue,
      workflowId: `${taskQueue}/${started.length}`,
      workflowExecutionTimeout: TIMEOUT,
      priority: { fairnessKey },
    });
    started.push(handle);
    return handle.workflowId;
  };
  try {
    for (let n = 0; n < BACKLOG; n++) await start('many');
    const other = await start('one');
    for (let place = 0; place <= BACKLOG; place++) {
      const task = await connection.workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        identity: 'runyard doctor',
      });
      if (task.workflowExecution?.workflowId === other) return place;
    }
    throw new Error('the server gave out no such task');
  } finally {
    await Promise.all(started.map((handle) => handle.terminate('runyard doctor').catch(() => {})));
  }
}
