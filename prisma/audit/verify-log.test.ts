import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../client.ts';
import { archiveSegment } from './archive.ts';
import { verifyArchiveFile } from './archive-file.ts';
import { AuditWorld, newKeys } from './audit.world.ts';
import { makeCheckpoint } from './make-checkpoint.ts';

let world: AuditWorld;
beforeEach(async () => {
  world = await AuditWorld.start();
});
afterEach(() => world.stop());

const NOBODY = { actor: null, correlationId: null };

it('finds a log whole of which part is archived', async () => {
  await world.write(30);
  await world.age(40);
  await makeCheckpoint(world.places);
  await world.writeSigned(5);
  const before = new Date(Date.now() - 30 * 24 * 3_600_000);
  expect(await archiveSegment(world.places, before, NOBODY)).toMatchObject({ events: 30 });
  expect(await archiveSegment(world.places, before, NOBODY)).toBeNull();
  await world.writeSigned(2);
  // 30 archived, 5, the event that tells of the archive, 2
  expect(await world.verify()).toMatchObject({
    firstBad: null,
    events: 38,
    archivedSegments: 1,
    unsigned: 0,
  });
  const [file = ''] = (await readdir(world.places.folder)).filter((name) => name.endsWith('.gz'));
  const alone = await verifyArchiveFile(join(world.places.folder, file), world.places.keys);
  expect(alone).toMatchObject({ firstBad: null, events: 30, checkpoints: 1 });
  const rows = await world.test.database.$queryRaw<{ n: bigint }[]>`
    SELECT count(*) AS n FROM audit_events`;
  expect(Number(rows[0]?.n)).toBe(8);
});

it.each<[string, (owner: Database) => Promise<unknown>, object]>([
  [
    'a changed event',
    (owner) =>
      owner.$executeRaw`UPDATE audit_events SET content = replace(content, 'update', 'delete') WHERE sequence = 7`,
    { sequence: 7, fault: 'changed' },
  ],
  [
    'a changed column',
    (owner) => owner.$executeRaw`UPDATE audit_events SET actor_id = 'another' WHERE sequence = 7`,
    { sequence: 7, fault: 'column' },
  ],
  [
    'a changed time',
    (owner) =>
      owner.$executeRaw`UPDATE audit_events SET time = time + interval '1 millisecond' WHERE sequence = 7`,
    { sequence: 7, fault: 'column' },
  ],
  [
    'a removed event',
    (owner) => owner.$executeRaw`DELETE FROM audit_events WHERE sequence = 7`,
    { sequence: 7, fault: 'removed' },
  ],
  [
    'a swap',
    (owner) =>
      owner.$executeRaw`UPDATE audit_events e SET content = o.content FROM audit_events o
        WHERE e.sequence IN (7, 9) AND o.sequence = 16 - e.sequence`,
    { sequence: 7 },
  ],
  [
    'a rewritten log',
    async (owner) => {
      await owner.$executeRaw`
        WITH gone AS (DELETE FROM audit_events WHERE sequence >= 7 RETURNING sequence, content)
        INSERT INTO audit_pending (content)
        SELECT CASE sequence WHEN 7 THEN replace(content, 'update', 'delete') ELSE content END
        FROM gone ORDER BY sequence`;
      await owner.$executeRaw`SELECT audit_seal(1000)`;
    },
    { sequence: 10, fault: 'rewritten' },
  ],
  [
    'a rewritten log without its checkpoints',
    async (owner) => {
      await owner.$executeRaw`
        WITH gone AS (DELETE FROM audit_events WHERE sequence >= 7 RETURNING sequence, content)
        INSERT INTO audit_pending (content)
        SELECT replace(content, 'update', 'delete') FROM gone ORDER BY sequence`;
      await owner.$executeRaw`DELETE FROM audit_checkpoints`;
      await owner.$executeRaw`SELECT audit_seal(1000)`;
    },
    { sequence: 10, fault: 'rewritten' },
  ],
  [
    'a tail cut off with its checkpoints',
    async (owner) => {
      await owner.$executeRaw`DELETE FROM audit_events WHERE sequence > 12`;
      await owner.$executeRaw`DELETE FROM audit_checkpoints WHERE sequence > 12`;
    },
    { sequence: 13, fault: 'tail_cut' },
  ],
  [
    'an emptied log',
    (owner) => owner.$executeRaw`TRUNCATE audit_events, audit_checkpoints`,
    { sequence: 1, fault: 'tail_cut' },
  ],
  [
    'a checkpoint of somebody without the key',
    (owner) =>
      owner.$executeRaw`UPDATE audit_checkpoints SET signature = sha512('x') WHERE sequence = 20`,
    { sequence: 20, fault: 'checkpoint' },
  ],
  [
    'events that are claimed to be archived',
    async (owner) => {
      await owner.$executeRaw`INSERT INTO audit_segments
        SELECT 1, 10, decode(repeat('00', 32), 'hex'), hash, 'audit-none.ndjson.gz', ''
        FROM audit_events WHERE sequence = 10`;
      await owner.$executeRaw`DELETE FROM audit_events WHERE sequence <= 10`;
    },
    { sequence: 1, fault: 'archive' },
  ],
])('finds %s', async (_, tamper, finding) => {
  await world.writeSigned(10);
  await world.writeSigned(10);
  await tamper(world.test.owner);
  const { firstBad } = await world.verify();
  expect(firstBad).toMatchObject(finding);
});

it('finds what was done to an archive file, and that it is gone', async () => {
  await world.write(10);
  await world.age(10);
  await makeCheckpoint(world.places);
  const archived = await archiveSegment(world.places, new Date(), NOBODY);
  const path = join(world.places.folder, archived?.file ?? '');
  const original = await readFile(path);
  const bad = async () => (await world.verify()).firstBad;
  expect(await bad()).toBeNull();

  const text = gunzipSync(original).toString();
  await writeFile(path, gzipSync(text.replace('user.updated', 'user.deleted')));
  expect(await bad()).toMatchObject({ sequence: 1, fault: 'changed' });
  await writeFile(path, gzipSync(text, { level: 1 }));
  expect(await bad()).toMatchObject({ fault: 'archive', reason: expect.stringMatching(/SHA-256/) });
  await writeFile(path, original.subarray(0, original.length - 20));
  expect(await bad()).toMatchObject({ fault: 'archive' });
  await writeFile(path, gzipSync(`${text}nonsense\n`));
  expect(await bad()).toMatchObject({ fault: 'archive' });
  await rm(path);
  expect(await bad()).toMatchObject({ sequence: 1, fault: 'archive' });
  await writeFile(path, original);
  expect(await bad()).toBeNull();

  await writeFile(path, gzipSync(`${text.split('\n').slice(0, 6).join('\n')}\n`));
  const { firstBad } = await verifyArchiveFile(path, world.places.keys);
  expect(firstBad).toMatchObject({ sequence: 1, fault: 'archive' });
});

it('signs nothing that was changed since the last checkpoint', async () => {
  await world.writeSigned(5);
  await world.write(5);
  await world.test.owner.$executeRaw`
    UPDATE audit_events SET content = replace(content, 'update', 'delete') WHERE sequence = 8`;
  await expect(makeCheckpoint(world.places)).rejects.toThrow(/Event 8/);
  expect((await world.verify()).firstBad).toMatchObject({ sequence: 8 });
});

it('signs each state once, whoever asks and however often', async () => {
  await world.write(5);
  const made = await Promise.all([1, 2, 3].map(() => makeCheckpoint(world.places)));
  expect(made.filter((point) => point !== null)).toHaveLength(1);
  expect(await makeCheckpoint(world.places)).toBeNull();
  expect((await world.verify()).checkpoints).toBe(1);
});

it('outlives half a line that a crash left in the file of checkpoints', async () => {
  await world.writeSigned(5);
  await appendFile(join(world.places.folder, 'checkpoints.ndjson'), '{"sequence":7,"ha');
  await world.writeSigned(5);
  expect((await world.verify()).firstBad).toBeNull();
  await world.test.owner.$executeRaw`DELETE FROM audit_events WHERE sequence > 7`;
  await world.test.owner.$executeRaw`DELETE FROM audit_checkpoints WHERE sequence > 7`;
  expect((await world.verify()).firstBad).toMatchObject({ fault: 'tail_cut', sequence: 8 });
});

it('tells of a new key, and goes on trusting what the former one signed', async () => {
  await world.writeSigned(3);
  const former = world.places.keys;
  world.places = { ...world.places, keys: newKeys() };
  await world.write(3);
  await expect(world.verify()).resolves.toMatchObject({
    firstBad: { fault: 'checkpoint', reason: expect.stringMatching(/AUDIT_SIGNING_KEYS/) },
  });
  const { keys } = world.places;
  const check: typeof keys.check = (point) => {
    const word = keys.check(point);
    return word === 'unknown_key' ? former.check(point) : word;
  };
  world.places = { ...world.places, keys: { sign: keys.sign, check } };
  await makeCheckpoint(world.places);
  await world.writeSigned(0);
  expect((await world.verify()).firstBad).toBeNull();
  const rows = await world.test.database.$queryRaw<{ type: string }[]>`
    SELECT type FROM audit_events ORDER BY sequence DESC LIMIT 1`;
  expect(rows[0]?.type).toBe('signing_key.rotated');
});
