import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import { choosePort } from './ports.ts';
import { migrate } from '../../prisma/migrate.ts';
import { ensureApplicationLogin } from './application-login.ts';
import {
  applicationUrl,
  ensureDatabase,
  launchPostgres,
  postgresUrl,
  preparePostgres,
} from './postgres.ts';
import { type Supervised, supervise } from './supervised.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A data folder as `npm start` has it: closed to everybody but its owner. */
async function closedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runyard-postgres-'));
  undo.push(async () => {
    const elsewhere = await readFile(join(folder, 'postgres-location'), 'utf8').catch(() => null);
    if (elsewhere) await rm(elsewhere.trim(), { recursive: true });
    await rm(folder, { recursive: true });
  });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  return folder;
}

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('serves a folder that only we can reach, and keeps its data over kills and restarts', async () => {
  const folder = await closedFolder();
  const password = randomBytes(16).toString('base64url');
  const port = await choosePort({ port: 0 });
  const url = postgresUrl(port, password);
  const cluster = await preparePostgres(folder, password);
  let pid = 0;
  let supervised: Supervised | undefined;
  const waiters: (() => void)[] = [];
  const start = async () => {
    supervised = supervise({
      title: 'PostgreSQL',
      stopSignal: 'SIGINT',
      launch: () => launchPostgres(cluster, { port }),
      onProcess: (now) => (pid = now ?? pid),
      onReady: () => waiters.shift()?.(),
      onTrouble: () => {},
    });
    await supervised.start();
  };
  undo.push(async () => supervised?.stop(5_000));
  await start();
  await ensureDatabase(url);
  await ensureDatabase(url);
  await query(url, 'CREATE TABLE t AS SELECT 42 AS a');

  const ready = new Promise<void>((resolve) => waiters.splice(0, Infinity, resolve));
  process.kill(pid, 'SIGKILL');
  await ready;
  expect(await query(url, 'SELECT a FROM t')).toEqual([{ a: 42 }]);

  await supervised?.stop(5_000);
  expect(await preparePostgres(folder, password)).toEqual(cluster);
  await start();
  expect(await query(url, 'SELECT a FROM t')).toEqual([{ a: 42 }]);
});

it('lets nobody in without the password, and listens on loopback only', async () => {
  const folder = await closedFolder();
  const port = await choosePort({ port: 0 });
  const cluster = await preparePostgres(folder, 'right');
  const { child, ready } = await launchPostgres(cluster, { port, durable: false });
  undo.push(
    () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGINT');
      }),
  );
  await ready;
  await ensureDatabase(postgresUrl(port, 'right'));
  await expect(query(postgresUrl(port, 'wrong'), 'SELECT 1')).rejects.toThrow(
    /password authentication failed/,
  );
  const [row] = await query(postgresUrl(port, 'right'), 'SHOW listen_addresses');
  expect(row).toEqual({ listen_addresses: '127.0.0.1' });
});

it("gives the processes a login that can't change what the audit log says, also in a folder of before", async () => {
  const folder = await closedFolder();
  const port = await choosePort({ port: 0 });
  const cluster = await preparePostgres(folder, 'the-owner');
  const { child, ready } = await launchPostgres(cluster, { port, durable: false });
  undo.push(
    () => new Promise((resolve) => child.once('exit', resolve).kill('SIGINT') || resolve(null)),
  );
  await ready;
  const owner = postgresUrl(port, 'the-owner');
  const application = applicationUrl(port, 'the-processes');
  await ensureDatabase(owner);
  await migrate(owner);
  await ensureApplicationLogin(owner, applicationUrl(port, 'another'));
  // again, as at the second start, and with a new password
  await migrate(owner);
  await ensureApplicationLogin(owner, application);
  await query(
    application,
    "INSERT INTO teams (id, name, repositories) VALUES (gen_random_uuid(), 'a', '{}')",
  );
  await query(application, "UPDATE teams SET name = 'b'; DELETE FROM teams");
  await query(
    application,
    `INSERT INTO audit_pending (content) VALUES ('{"id":"00000000-0000-4000-8000-000000000000","time":"2026-11-21T06:00:00.000Z","type":"t"}')`,
  );
  expect(await query(application, 'SELECT taken, sequence FROM audit_seal(10)')).toEqual([
    { taken: 1, sequence: '1' },
  ]);
  const refused = [
    ...['audit_pending', 'audit_events', 'audit_checkpoints', 'audit_segments'].flatMap((table) => [
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
      `ALTER TABLE ${table} OWNER TO runyard_app`,
      `CREATE RULE r AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
      `CREATE TRIGGER t BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION job_audit()`,
      `GRANT ALL ON ${table} TO runyard_app; DELETE FROM ${table}`,
      `RESET ROLE; DELETE FROM ${table}`,
      `SET ROLE NONE; DELETE FROM ${table}`,
    ]),
    "UPDATE audit_events SET content = ''",
    "UPDATE audit_pending SET content = ''",
    "UPDATE audit_checkpoints SET signature = ''",
    "UPDATE audit_segments SET file = ''",
    'INSERT INTO audit_events SELECT 2, content, prev_hash, hash, gen_random_uuid(), time FROM audit_events',
    'ALTER TABLE jobs DISABLE TRIGGER job_audit_insert',
    'DROP TRIGGER job_audit_insert ON jobs',
    'SET session_replication_role = replica',
    'SET ROLE runyard',
    'SET SESSION AUTHORIZATION runyard',
    'ALTER FUNCTION audit_seal SECURITY INVOKER',
    "CREATE OR REPLACE FUNCTION job_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    'CREATE FUNCTION public.sha256(text) RETURNS bytea LANGUAGE sql RETURN NULL',
    'ALTER ROLE runyard_app SUPERUSER',
    'GRANT runyard TO runyard_app',
    'SELECT grant_application_role()',
    'SELECT audit_remove_segment(1)',
    'DELETE FROM _prisma_migrations',
  ];
  for (const text of refused) {
    await expect(query(application, text), text).rejects.toThrow(
      /permission denied|must be owner|no archived segment|must be able to|cannot/,
    );
  }
  expect(await query(owner, 'SELECT count(*)::int AS n FROM audit_events')).toEqual([{ n: 1 }]);
});
