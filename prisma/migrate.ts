import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { projectRoot } from '../config/root.ts';

/** The key that Prisma's own `migrate deploy` locks, so that it and this never run at once. */
const PRISMA_LOCK = 72_707_369;

/** The table exactly as Prisma makes it, so that `prisma migrate status` and `deploy` agree. */
const MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/** The application's role, which an administrator may have made only after the migration could not. */
const GRANT = `
  DO $$ BEGIN
    IF to_regproc('grant_application_role') IS NOT NULL THEN
      PERFORM grant_application_role();
    END IF;
  END $$`;

/** A migration can't be applied; the message says which one, why, and what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Brings a database up to date: applies every folder of `prisma/migrations` that it doesn't have
 * yet, in order, each in one transaction with its record. Safe to call from several processes at
 * once: one works, the others wait for it and find nothing to do.
 *
 * A migration that PostgreSQL refuses inside a transaction (`CREATE INDEX CONCURRENTLY`) can't be
 * applied so; a crash half-way leaves nothing behind in return.
 *
 * @param url - `postgresql://…` of a role that may create tables
 * @returns names of the migrations that were applied by this call
 * @throws MigrationError
 */
export async function migrate(
  url: string,
  folder = join(projectRoot(), 'prisma', 'migrations'),
): Promise<string[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
    await client.query('SET client_min_messages = warning');
    await client.query(MIGRATIONS_TABLE);
    const recorded = await recordedMigrations(client);
    const applied: string[] = [];
    for (const name of await migrationFolders(folder)) {
      if (recorded.has(name)) continue;
      await apply(client, name, await readFile(join(folder, name, 'migration.sql')));
      applied.push(name);
    }
    await client.query(GRANT);
    return applied;
  } finally {
    // The lock belongs to the session and ends with it.
    await client.end();
  }
}

async function recordedMigrations(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ migration_name: string; finished: boolean }>(
    `SELECT migration_name, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const unfinished = rows.find((row) => !row.finished);
  if (unfinished) {
    const name = unfinished.migration_name;
    throw new MigrationError(
      `Migration ${name} was begun by another tool and never finished. Look at the database: if all of it is ` +
        `there, run UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = '${name}'; if ` +
        `none of it is, SET rolled_back_at = now() instead, and start again`,
    );
  }
  return new Set(rows.map((row) => row.migration_name));
}

async function migrationFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function apply(client: Client, name: string, script: Buffer): Promise<void> {
  const checksum = createHash('sha256').update(script).digest('hex');
  const startedAt = new Date();
  await client.query('BEGIN');
  try {
    await client.query(script.toString('utf8'));
    // Neither is now() here: that would be the start of the transaction.
    await client.query(
      `INSERT INTO _prisma_migrations
         (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name, startedAt],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      // the connection is gone, and the transaction with it
    });
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`Migration ${name} failed, and was undone: ${reason}`, {
      cause: error,
    });
  }
}
