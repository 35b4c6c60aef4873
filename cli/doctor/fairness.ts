import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { failed, type Finding, ok, warning } from './finding.ts';

const CHECK = 'Fairness';
const FIX =
  'Start the Temporal server with the dynamic configuration matching.useNewMatcher=true, ' +
  'matching.enableFairness=true, matching.numTaskqueueReadPartitions=1 and ' +
  'matching.numTaskqueueWritePartitions=1';
/** Tasks of the one key that stand before the one of the other. */
const BACKLOG = 20;
/** A fair server gives that one out as the first or second; an unfair one's partitions may shuffle it a bit. */
const FAIR_WITHIN = 2;
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
    const fair = await connection.withDeadline(Date.now() + TIMEOUT, () =>
      servesInTurn(connection, namespace),
    );
    if (fair) {
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

/** True when the one task of a second key doesn't have to wait for the many of the first. */
async function servesInTurn(connection: Connection, namespace: string): Promise<boolean> {
  const client = new Client({ connection, namespace });
  const taskQueue = `runyard-doctor/${randomUUID()}`;
  const started: WorkflowHandle[] = [];
  const start = async (fairnessKey: string, name: string | number) => {
    const handle = await client.workflow.start('runyardDoctor', {
      taskQueue,
      workflowId: `${taskQueue}/${name}`,
      workflowExecutionTimeout: TIMEOUT,
      priority: { fairnessKey },
    });
    started.push(handle);
    return handle.workflowId;
  };
  try {
    await Promise.all(Array.from({ length: BACKLOG }, (_, n) => start('many', n)));
    const other = await start('one', 'other');
    for (let place = 1; place <= FAIR_WITHIN; place++) {
      const task = await connection.workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        identity: 'runyard doctor',
      });
      if (task.workflowExecution?.workflowId === other) return true;
    }
    return false;
  } finally {
    await Promise.all(started.map((handle) => handle.terminate('runyard doctor').catch(() => {})));
  }
}
