import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AuditEventView, AuditVerification } from '../../api/schemas/audit.ts';
import { runyard } from '../../cli/runyard.ts';
import { jobWorkflowId } from '../../workflows/contracts/ids.ts';
import { idOf } from '../parts/runyard-api.ts';
import { startTestbed, type Testbed } from '../parts/testbed.ts';
import { eventually } from '../setup/eventually.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await startTestbed('audit', {
    HOST_CAPACITY: '2',
    LOG_LEVEL: 'debug',
    AUDIT_INVALID_SIGNATURES: '2/1h',
  });
});
afterAll(async () => {
  await bed?.system.stop();
});

async function run(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const { api, token, dataDir } = bed.system;
  const code = await runyard(
    ['audit', ...args],
    { RUNYARD_DATA_DIR: dataDir, RUNYARD_URL: api, RUNYARD_TOKEN: token },
    { out: (text) => out.push(text), error: (text) => error.push(text) },
  );
  return { code, out: out.join(''), error: error.join('') };
}

/** As the database's owner, who may do what Runyard's own role may not. */
async function asOwner<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const text = await readFile(join(bed.system.dataDir, 'database-owner-url'), 'utf8');
  const client = new pg.Client({ connectionString: text.trim() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

it('tells the whole story of one webhook under one id, wherever one looks', async () => {
  const { github, runyard: api, system } = bed;
  const queued = await github.queueScript('acme/audited', 'echo done');
  const job = await api.ended(queued);
  await bed.expectNothingLeft([queued]);
  const id = job.correlation_id;

  const { items } = await api.get<{ items: AuditEventView[] }>(
    `/api/audit/logs?correlation_id=${id}&limit=100`,
  );
  const types = items.map(({ type }) => type).toReversed();
  expect(new Set(types)).toEqual(
    new Set([
      'delivery.received',
      'job.queued',
      'job.admitted',
      'job.claimed',
      'runner.registered',
      'container.started',
      'job.picked_up',
      'job.completed',
      'container.exited',
      'runner.removed',
    ]),
  );
  expect(types).toHaveLength(new Set(types).size);
  const story = await run('query', '--correlation', id);
  expect(story.code).toBe(0);
  for (const type of types) expect(story.out).toContain(type);

  const connection = await Connection.connect({ address: system.endpoints.temporal });
  const { workflow } = new Client({ connection });
  const { memo } = await workflow.getHandle(jobWorkflowId(idOf(queued))).describe();
  expect(memo).toMatchObject({ correlation_id: id });
  await connection.close();

  const linesOf = async (process: string) =>
    (await readFile(join(system.dataDir, 'logs', `${process}.log`), 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => JSON.stringify(line).includes(jobWorkflowId(idOf(queued))));
  // a worker's lines go through the Temporal SDK, which hands them on a little later
  await eventually(() => linesOf('control-worker')).not.toEqual([]);
  for (const process of ['control-worker', 'host-worker']) {
    // a host says nothing of a job that goes well
    for (const line of await linesOf(process)) expect(line).toMatchObject({ correlation_id: id });
  }
});

it('finds a burst of forged webhooks', async () => {
  for (let index = 0; index < 2; index += 1) {
    const response = await fetch(`${bed.system.api}/api/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': `forged-${index}`,
        // told apart by their hook, else they would be counted for a minute first
        'x-github-hook-id': String(index),
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      },
      body: '{}',
    });
    expect(response.status).toBe(401);
  }
  await vi.waitFor(
    async () => {
      const { items } = await bed.runyard.get<{ items: AuditEventView[] }>('/api/audit/security');
      expect(items).toContainEqual(
        expect.objectContaining({
          type: 'security.invalid_signature_burst',
          details: expect.objectContaining({ subject: 'webhooks', count: 2 }),
        }),
      );
    },
    { timeout: 20_000 },
  );
  await vi.waitFor(
    async () => {
      const log = await readFile(join(bed.system.dataDir, 'logs', 'control-worker.log'), 'utf8');
      expect(log).toContain('"security_event":"security.invalid_signature_burst"');
    },
    { timeout: 20_000 },
  );
});

it('verifies, and names the first event that somebody changed', async () => {
  const good = await run('verify', '--json');
  expect([good.code, good.error]).toEqual([0, '']);
  expect(JSON.parse(good.out)).toMatchObject({ ok: true, first_bad: null });

  await expect(
    asOwner(async (client) => {
      await client.query('SET ROLE runyard_application');
      await client.query("UPDATE audit_events SET content = '{}' WHERE sequence = 3");
    }),
  ).rejects.toThrow(/permission denied/);

  await asOwner((client) =>
    client.query(
      "UPDATE audit_events SET content = replace(content, 'Runyard', 'Nobody') WHERE sequence = 3",
    ),
  );
  const bad = await run('verify', '--json');
  expect(bad.code).toBe(1);
  const verification = JSON.parse(bad.out) as AuditVerification;
  expect([verification.ok, verification.first_bad?.sequence]).toEqual([false, 3]);
  const { items } = await bed.runyard.get<{ items: AuditEventView[] }>(
    '/api/audit/logs?type=security.audit_chain_broken,audit.verified',
  );
  expect(items[0]).toMatchObject({ type: 'audit.verified', outcome: 'failure' });
  expect(items.map(({ type }) => type)).toContain('security.audit_chain_broken');
});
