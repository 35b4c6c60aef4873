import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { correlateWorkflows, requestCorrelation } from '../api/correlation.ts';
import { AUDIT_RETENTION, AUDIT_VERIFICATION } from '../workflows/contracts/audit.ts';
import { activityFields, correlateActivity } from './correlation.ts';

let connection: Connection;
let native: NativeConnection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = inject('temporalAddress');
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await connection?.close();
  await native?.close();
});

/** What activities of a workflow logged that was started with an argument, and the workflow's memo. */
async function logged(workflowType: string, args: unknown[]) {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const log = pino({ mixin: activityFields }, stream);
  const work = async () => {
    log.info('At once');
    await new Promise((resolve) => setImmediate(resolve));
    log.child({ part: 'one' }).info('Later, by a child');
  };
  const taskQueue = randomUUID();
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    activities: { archiveBefore: work, verifyAuditLog: work },
    interceptors: { activity: [correlateActivity] },
  });
  const { workflow } = new Client({ connection, interceptors: { workflow: [correlateWorkflows] } });
  const handle = await worker.runUntil(async () => {
    const started = await workflow.start(workflowType, {
      workflowId: `correlation-${taskQueue}`,
      taskQueue,
      args,
      memo: { of: 'the test' },
    });
    await started.result();
    return started;
  });
  log.info('After it');
  const { memo } = await handle.describe();
  return { lines, memo, workflowId: handle.workflowId };
}

it('follows from the input of a workflow into whatever its activities log', async () => {
  const input = { before: null, actor: null, correlationId: 'the-input' };
  const { lines, memo, workflowId } = await requestCorrelation.run('the-request', () =>
    logged(AUDIT_RETENTION, [input]),
  );
  const fields = {
    correlation_id: 'the-input',
    workflow_id: workflowId,
    activity: 'archiveBefore',
  };
  expect(lines).toMatchObject([
    { ...fields, msg: 'At once' },
    { ...fields, msg: 'Later, by a child', part: 'one' },
    { msg: 'After it' },
  ]);
  expect(lines[2]).not.toHaveProperty('correlation_id');
  expect(memo).toEqual({ of: 'the test', correlation_id: 'the-input' });
});

it('follows from the request where the input says nothing', async () => {
  const { lines, memo } = await requestCorrelation.run('the-request', () =>
    logged(AUDIT_VERIFICATION, []),
  );
  expect(lines[0]).toMatchObject({ correlation_id: 'the-request', activity: 'verifyAuditLog' });
  expect(memo).toMatchObject({ correlation_id: 'the-request' });
});

it('is left out where there is none', async () => {
  const { lines, memo } = await logged(AUDIT_VERIFICATION, []);
  expect(lines[0]).toMatchObject({ activity: 'verifyAuditLog' });
  expect(lines[0]).not.toHaveProperty('correlation_id');
  expect(memo).toEqual({ of: 'the test' });
});
