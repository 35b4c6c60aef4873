import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chainHash, GENESIS } from '../domain/audit/chain.ts';
import { columnsOf } from '../domain/audit/columns.ts';
import { SYSTEM_ACTOR, type ToldEvent } from '../domain/audit/event.ts';
import { createTestDatabase, type TestDatabase } from '../test/setup/database.ts';
import { appendAudit } from './audit-log.ts';
import { sealAudit } from './audit-seal.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

function told(fields: Partial<ToldEvent> = {}): ToldEvent {
  return { type: 'audit.exported', action: 'export', actor: SYSTEM_ACTOR, ...fields };
}

const sealed = () =>
  test.database.$queryRaw<
    {
      [name: string]: unknown;
      sequence: bigint;
      content: string;
      prev_hash: Uint8Array;
      hash: Uint8Array;
    }[]
  >`SELECT * FROM audit_events ORDER BY sequence`;

it('chains events in the order they were written, as domain/audit/chain.ts says', async () => {
  const { database } = test;
  await appendAudit(database, told(), told({ resource: { type: 'job', id: '1-2' } }));
  await appendAudit(
    database,
    told({
      actor: { kind: 'oidc', id: 'x'.repeat(3_000) + '😀', name: '😀'.repeat(600), address: '::1' },
      details: { bad: '\u0000 \ud800 "quoted" ümlaut\n', token: 'a-secret', count: 3 },
      correlationId: 'c',
      outcome: 'denied',
    }),
  );
  const head = await sealAudit(database);
  expect(head.taken).toBe(3);
  const rows = await sealed();
  let last = GENESIS;
  for (const row of rows) {
    expect(Number(row.sequence)).toBe(last.sequence + 1);
    expect(Buffer.from(row.prev_hash)).toEqual(Buffer.from(last.hash));
    const hash = chainHash(sha256, last.hash, last.sequence + 1, row.content);
    expect(Buffer.from(row.hash)).toEqual(Buffer.from(hash));
    last = { sequence: last.sequence + 1, hash };
    const columns = { ...row, time: (row['time'] as Date).getTime() };
    expect(columns).toMatchObject(columnsOf(row.content));
  }
  expect({ sequence: head.sequence, hash: Buffer.from(head.hash) }).toEqual({
    sequence: 3,
    hash: Buffer.from(last.hash),
  });
  expect(rows[2]?.content).not.toContain('a-secret');
});

it('seals each event once when many write and seal at once', async () => {
  const { database } = test;
  const before = (await sealed()).length;
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      await appendAudit(
        database,
        ...Array.from({ length: 10 }, () => told({ details: { index } })),
      );
      await sealAudit(database);
    }),
  );
  await sealAudit(database);
  const rows = await sealed();
  expect(rows.length - before).toBe(200);
  expect(rows.map(({ sequence }) => Number(sequence))).toEqual(rows.map((_, index) => index + 1));
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

it('keeps the first of events that were written twice', async () => {
  const { database } = test;
  const id = randomUUID();
  await appendAudit(database, told({ id, details: { which: 'first' } }));
  await appendAudit(database, told({ id, details: { which: 'second' } }), told());
  const { sequence } = await sealAudit(database);
  const rows = await sealed();
  expect(rows.length).toBe(sequence);
  expect(rows.filter((row) => row['id'] === id).map(({ content }) => content)).toEqual([
    expect.stringContaining('first'),
  ]);
});

it('refuses what could not be sealed, and undoes what it would have told of', async () => {
  const { database } = test;
  const host = (id: string) => database.$executeRaw`
    INSERT INTO sign_in_throttles (key, last_failure_at) VALUES (${id}, now())`;
  for (const content of [
    'no JSON',
    '[]',
    '{"id":"x"}',
    JSON.stringify({ ...event(), time: '2026-02-30T00:00:00.000Z' }),
  ]) {
    const both = database.$transaction([
      host(content),
      database.$executeRaw`INSERT INTO audit_pending (content) VALUES (${content})`,
    ]);
    await expect(both).rejects.toThrow(/22P02|23514|22008|json/);
  }
  expect(await database.signInThrottle.count()).toBe(0);
});

function event() {
  return { id: randomUUID(), time: '2026-11-21T06:00:00.000Z', type: 'audit.exported' };
}
