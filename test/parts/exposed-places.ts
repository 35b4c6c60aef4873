import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { System } from '../system.ts';
import type { Places } from './secret-search.ts';

/** Every history that Temporal has, with its payloads' bytes as they are stored. */
export async function readHistories(system: System): Promise<Record<string, Exposed>> {
  const connection = await Connection.connect({ address: system.endpoints.temporal });
  const { workflow } = new Client({ connection });
  const histories: Record<string, Exposed> = {};
  for await (const { workflowId, runId, memo } of workflow.list()) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    histories[`history of ${workflowId} ${runId}`] = expose({ history, memo });
  }
  await connection.close();
  return histories;
}

/** A message taken apart. */
export interface Exposed {
  /** All its texts and bytes. */
  content: Buffer;
  /** Those parts of it that are payloads. */
  payloads: { metadata: Record<string, Uint8Array>; data: Uint8Array }[];
}

function expose(message: unknown): Exposed {
  const pieces: Buffer[] = [];
  const payloads: Exposed['payloads'] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      pieces.push(Buffer.from(value as string), Buffer.from('\n'));
    } else if (typeof value === 'object' && value !== null) {
      const { metadata, data } = value as Partial<Exposed['payloads'][number]>;
      if (metadata && data instanceof Uint8Array) payloads.push({ metadata, data });
      for (const [key, part] of Object.entries(value)) {
        pieces.push(Buffer.from(`${key}\n`));
        visit(part);
      }
    }
  };
  visit(message);
  return { content: Buffer.concat(pieces), payloads };
}

/** Every row of every table. */
export async function readDatabase(system: System): Promise<Places> {
  const connectionString = await readFile(join(system.dataDir, 'database-url'), 'utf8');
  const client = new pg.Client({ connectionString: connectionString.trim() });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const places: Places = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT whole.*::text || E'\\n' || to_jsonb(whole)::text AS line FROM ${name} AS whole`,
    );
    places[`table ${name}`] = rows.map(({ line }) => line).join('\n');
  }
  await client.end();
  return places;
}

/** The whole logs of all processes, and what the supervisor printed. */
export async function readLogs(system: System): Promise<Places> {
  const folder = join(system.dataDir, 'logs');
  const places: Places = { 'output of the supervisor': await system.printed(() => true) };
  for (const name of await readdir(folder)) {
    places[`log ${name}`] = await readFile(join(folder, name));
  }
  return places;
}

/** Arguments and environments of the processes, and of all that mention the data folder. */
export async function readProcesses(system: System): Promise<Places> {
  const names = new Map(Object.entries(await system.processes()).map(([name, pid]) => [pid, name]));
  const places: Places = {};
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0));
    const [commandLine, environment] = await Promise.all([read('cmdline'), read('environ')]);
    const name = names.get(pid);
    const isOurs = [commandLine, environment].some((bytes) => bytes.includes(system.dataDir));
    if (name === undefined && !isOurs) continue;
    const whose = name ?? `process ${pid} ${commandLine.toString().slice(0, 80)}`;
    places[`arguments of ${whose}`] = commandLine;
    places[`environment of ${whose}`] = environment;
  }
  return places;
}
