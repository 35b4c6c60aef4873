import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { recordDelivery } from '../api/deliveries/record-delivery.ts';
import { parseDelivery } from '../api/deliveries/parse-delivery.ts';
import { workflowJob } from '../api/api.world.ts';
import { ensureApplicationLogin } from '../cli/start/application-login.ts';
import { endChild } from '../cli/start/launched.ts';
import { choosePort } from '../cli/start/ports.ts';
import {
  applicationUrl,
  ensureDatabase,
  launchPostgres,
  postgresUrl,
  preparePostgres,
} from '../cli/start/postgres.ts';
import { SYSTEM_ACTOR, type ToldEvent } from '../domain/audit/event.ts';
import { appendAudit } from '../prisma/audit-log.ts';
import { sealAudit } from '../prisma/audit-seal.ts';
import { newKeys } from '../prisma/audit/audit.world.ts';
import { makeCheckpoint } from '../prisma/audit/make-checkpoint.ts';
import { verifyAuditLog } from '../prisma/audit/verify-log.ts';
import { connectDatabase } from '../prisma/client.ts';
import { migrate } from '../prisma/migrate.ts';
import { type Figure, figure, p50 } from './figures.ts';

const WRITERS = 4;
const BATCH = 100;
const EVENTS = 20_000;
const WEBHOOKS = 400;

/** What the audit log can take, on a PostgreSQL of its own that loses nothing in a crash. */
export async function auditFigures(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'runyard-bench-audit-'));
  await chmod(folder, 0o755);
  const password = randomBytes(16).toString('base64url');
  const port = await choosePort({ port: 0 });
  const { child, ready } = await launchPostgres(await preparePostgres(folder, password), { port });
  try {
    await ready;
    const owner = postgresUrl(port, password);
    await ensureDatabase(owner);
    await migrate(owner);
    const url = applicationUrl(port, password);
    await ensureApplicationLogin(owner, url);
    return [...(await chained(url, folder)), ...(await webhooks(owner))];
  } finally {
    await endChild(child, 'SIGINT', 10_000);
    const elsewhere = await readFile(join(folder, 'postgres-location'), 'utf8').catch(() => null);
    if (elsewhere) await rm(elsewhere.trim(), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function chained(url: string, folder: string): Promise<Figure[]> {
  const database = connectDatabase(url);
  const places = { database, folder: join(folder, 'archive'), keys: newKeys() };
  try {
    await write(database, 1_000);
    const unsealed = EVENTS / ((await write(database, EVENTS)) / 1_000);
    await sealAudit(database);
    const startedAt = performance.now();
    let writing = true;
    const written = write(database, EVENTS).finally(() => (writing = false));
    let sealed = 0;
    let signed = 0;
    while (writing || sealed < EVENTS) {
      sealed += (await sealAudit(database)).taken;
      // as the control worker does
      if (sealed - signed < 1_000 && sealed < EVENTS) continue;
      await makeCheckpoint(places);
      signed = sealed;
    }
    await written;
    const rate = EVENTS / ((performance.now() - startedAt) / 1_000);
    const verifiedAt = performance.now();
    const verdict = await verifyAuditLog(places);
    if (verdict.firstBad) throw new Error(verdict.firstBad.reason);
    const verified = verdict.events / ((performance.now() - verifiedAt) / 1_000);
    const atLeast = (goal: number) => (value: number) => value >= goal;
    return [
      figure(
        'audit events written, chained and signed',
        rate,
        '/s',
        unsealed,
        'written only',
        '≥ 2,000/s',
        atLeast(2_000),
      ),
      figure('audit events verified', verified, '/s', null, '', '≥ 10,000/s', atLeast(10_000)),
    ];
  } finally {
    await database.$disconnect();
  }
}

/** @returns milliseconds */
async function write(database: ReturnType<typeof connectDatabase>, count: number): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let done = 0; done < count / WRITERS; done += BATCH) {
        await appendAudit(
          database,
          ...Array.from({ length: BATCH }, (__, at) => event(writer, done + at)),
        );
      }
    }),
  );
  return performance.now() - startedAt;
}

function event(writer: number, index: number): ToldEvent {
  return {
    type: 'container.started',
    actor: SYSTEM_ACTOR,
    action: 'start',
    resource: { type: 'container', id: `ry-${writer}-${index}` },
    details: { host: 'bench', container_id: 'c0ffee'.repeat(2), job: `1-${index}` },
    correlationId: `bench-${index}`,
  };
}

/** The statement that takes a webhook in, in turns with and without what tells the audit log of it. */
async function webhooks(owner: string): Promise<Figure[]> {
  const administrator = new Client({ connectionString: owner });
  await administrator.connect();
  const connections = new Pool({ connectionString: owner, max: 1 });
  const times = { with: [] as number[], without: [] as number[] };
  try {
    for (let index = 0; index < WEBHOOKS + 40; index += 1) {
      const kind = index % 2 === 0 ? 'with' : 'without';
      const change = kind === 'with' ? 'ENABLE' : 'DISABLE';
      await administrator.query(
        `ALTER TABLE deliveries ${change} TRIGGER delivery_audit_insert; ALTER TABLE jobs ${change} TRIGGER job_audit_insert`,
      );
      const text = JSON.stringify(workflowJob('queued', { id: 1_000 + index }));
      const record = {
        hookId: '1',
        deliveryId: randomUUID(),
        parsed: parseDelivery('workflow_job', text),
        payload: text,
        isServed: true,
      };
      // The first after a change of the table plans anew.
      await recordDelivery(connections, { ...record, deliveryId: randomUUID() });
      const again = JSON.stringify(workflowJob('queued', { id: 1_000_000 + index }));
      const startedAt = performance.now();
      await recordDelivery(connections, {
        ...record,
        parsed: parseDelivery('workflow_job', again),
        payload: again,
      });
      if (index >= 40) times[kind].push(performance.now() - startedAt);
    }
  } finally {
    await connections.end();
    await administrator.end();
  }
  const [audited, bare] = [p50(times.with), p50(times.without)];
  return [
    figure(
      'webhook recorded with its audit events, p50',
      audited,
      'ms',
      bare,
      'without them',
      '+ ≤ 2 ms',
      (value) => value - bare <= 2,
    ),
  ];
}
