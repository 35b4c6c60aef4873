import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrate, MigrationError } from './migrate.ts';

let folder: string;
let url: string;
let client: Client;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-migrations-'));
  const name = `migrate_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const administrator = new Client({ connectionString: inject('databaseUrl') });
  await administrator.connect();
  await administrator.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await administrator.end();
  url = Object.assign(new URL(inject('databaseUrl')), { pathname: `/${name}` }).href;
  client = new Client({ connectionString: url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await rm(folder, { recursive: true });
});

async function addMigration(name: string, script: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'migration.sql'), script);
}

async function records() {
  const { rows } = await client.query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
  return rows;
}

describe('migrate', () => {
  it('applies what is pending, in order, and records it as Prisma does', async () => {
    const second = 'ALTER TABLE t ADD COLUMN b INT; -- ümlaut';
    await addMigration('2_second', second);
    await addMigration('1_first', 'CREATE TABLE t (a INT);');
    expect(await migrate(url, folder)).toEqual(['1_first', '2_second']);
    const [first, last] = await records();
    expect(first.migration_name).toBe('1_first');
    expect(last).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      checksum: createHash('sha256').update(second, 'utf8').digest('hex'),
      migration_name: '2_second',
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
    expect(last.finished_at.getTime()).toBeGreaterThanOrEqual(last.started_at.getTime());
    await client.query('SELECT a, b FROM t');
  });

  it('does nothing the second time, and only what is new the third', async () => {
    await addMigration('1_first', 'CREATE TABLE t (a INT);');
    await migrate(url, folder);
    expect(await migrate(url, folder)).toEqual([]);
    await addMigration('2_second', 'CREATE TABLE u (a INT);');
    expect(await migrate(url, folder)).toEqual(['2_second']);
  });

  it('applies each once when several start together', async () => {
    await addMigration('1_first', 'SELECT pg_sleep(0.1); CREATE TABLE t (a INT);');
    await addMigration('2_second', 'CREATE TABLE u (a INT);');
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(url, folder)));
    expect(applied.flat().sort()).toEqual(['1_first', '2_second']);
    expect(await records()).toHaveLength(2);
  });

  it('leaves nothing of a migration that fails, and applies it once it is mended', async () => {
    await addMigration('1_first', 'CREATE TABLE t (a INT); SELECT 1/0;');
    const failure = migrate(url, folder);
    await expect(failure).rejects.toThrow(MigrationError);
    await expect(failure).rejects.toThrow(/1_first failed, and was undone: division by zero/);
    expect(await records()).toEqual([]);
    await writeFile(join(folder, '1_first', 'migration.sql'), 'CREATE TABLE t (a INT);');
    expect(await migrate(url, folder)).toEqual(['1_first']);
  });

  it("refuses to go on over another tool's unfinished migration, and says how to mend it", async () => {
    await migrate(url, folder);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '0_broken')`,
    );
    await expect(migrate(url, folder)).rejects.toThrow(
      /SET finished_at = now\(\) WHERE migration_name = '0_broken'/,
    );
    await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now()`);
    await addMigration('0_broken', 'CREATE TABLE t (a INT);');
    expect(await migrate(url, folder)).toEqual(['0_broken']);
  });

  it("applies Runyard's own migrations", async () => {
    expect((await migrate(url)).length).toBeGreaterThan(0);
    expect((await client.query('SELECT * FROM jobs')).rows).toEqual([]);
  });
});
