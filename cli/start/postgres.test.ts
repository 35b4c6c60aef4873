import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import { choosePort } from './ports.ts';
import { ensureDatabase, launchPostgres, postgresUrl, preparePostgres } from './postgres.ts';
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
