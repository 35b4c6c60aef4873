import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, ApiWorld } from '../../api/api.world.ts';
import type { AuditEventView, AuditPage } from '../../api/schemas/audit.ts';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { archiveSegment } from '../../prisma/audit/archive.ts';
import { AuditWorld } from '../../prisma/audit/audit.world.ts';
import { checkpointKeys } from '../../prisma/audit/keys.ts';
import { makeCheckpoint } from '../../prisma/audit/make-checkpoint.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { runyard } from '../runyard.ts';

let world: ApiWorld;
let server: Server;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runyard-audit-cli-'));
  world = await ApiWorld.start();
  server = serve({ fetch: world.app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  const runner = { kind: 'system', id: 'runyard', name: 'Runyard', address: null } as const;
  const github = { kind: 'github', id: 'github', name: 'GitHub', address: null } as const;
  await tell({ type: 'delivery.received', actor: github, action: 'receive' });
  await tell({ type: 'job.queued', actor: github, action: 'queue', details: { name: 'build' } });
  await tell({ type: 'job.lost', actor: runner, action: 'lose', outcome: 'failure' });
});
afterAll(async () => {
  server?.close();
  await world?.stop();
  await rm(folder, { recursive: true });
});

const tell = (event: ToldEvent) =>
  appendAudit(world.records, {
    correlationId: 'the-story',
    resource: { type: 'job', id: '7-42' },
    ...event,
  });

async function run(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const { port } = server.address() as AddressInfo;
  const code = await runyard(
    ['audit', ...args],
    {
      RUNYARD_DATA_DIR: folder,
      RUNYARD_URL: `http://127.0.0.1:${port}`,
      RUNYARD_TOKEN: ADMIN_TOKEN,
    },
    { out: (text) => out.push(text), error: (text) => error.push(text) },
  );
  return { code, out: out.join(''), error: error.join('') };
}

describe('runyard audit query', () => {
  it('shows events, the newest first', async () => {
    const { code, out } = await run('query', '--resource', 'job/7-42', '--limit', '2');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^# +TIME +SEVERITY +TYPE +OUTCOME +ABOUT +BY +FROM$/);
    expect(lines[1]).toMatch(/warning +job\.lost +failure +job 7-42 +Runyard$/);
    expect(lines[2]).toMatch(/job\.queued +job 7-42 +GitHub$/);
    expect(lines[3]).toMatch(/^More: --cursor \S+$/);
    const cursor = lines[3]?.split(' ').at(-1) ?? '';
    const next = await run('query', '--resource', 'job/7-42', '--cursor', cursor);
    expect(next.out).toContain('delivery.received');
    expect(next.out).not.toContain('job.queued');
  });

  it('tells the whole story of a webhook, from its beginning', async () => {
    const { out } = await run('query', '--correlation', 'the-story');
    expect(out).toMatch(/Correlation +the-story\n.*\nEvents +3\n/s);
    const types = [...out.matchAll(/^\+\d+\.\d{3} s +(\S+)/gm)].map(([, type]) => type);
    expect(types).toEqual(['delivery.received', 'job.queued', 'job.lost']);
    expect(out).toMatch(/job\.queued +job 7-42 +GitHub +name=build/);
    const { out: json } = await run('query', '--correlation', 'the-story', '--json');
    expect((JSON.parse(json) as AuditPage).items.map(({ type }) => type)).toEqual(types);
  });

  it('says what is wrong with a filter', async () => {
    const { code, error } = await run('query', '--type', 'no.such');
    expect([code, error]).toEqual([2, expect.stringContaining('query.type')]);
  });
});

describe('runyard audit export', () => {
  const filter = ['--correlation', 'the-story'];

  it('writes each format', async () => {
    const lines = (await run('export', ...filter)).out.trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as AuditEventView);
    expect(events.map(({ type }) => type)).toEqual(['job.lost', 'job.queued', 'delivery.received']);
    const json = await run('export', ...filter, '--format', 'json');
    expect(JSON.parse(json.out)).toEqual(events);
    const csv = await run('export', ...filter, '--format', 'csv');
    expect(csv.out.trimEnd().split('\r\n')).toHaveLength(4);
    expect(JSON.parse((await run('export', '--text', 'nowhere', '--format', 'json')).out)).toEqual(
      [],
    );
  });

  it('goes on where one call ends', async () => {
    const count = 10_020;
    await world.records.$executeRaw`
      INSERT INTO audit_pending (content)
      SELECT jsonb_build_object('id', gen_random_uuid(), 'time', '2026-11-21T06:00:00.000Z',
        'type', 'job.queued', 'category', 'job', 'severity', 'info', 'action', 'queue',
        'outcome', 'success', 'resource', NULL, 'details', jsonb_build_object('index', index),
        'actor', '{"kind":"system","id":"runyard","name":"Runyard","address":null}'::jsonb,
        'correlationId', 'many')::text
      FROM generate_series(1, ${count}::int) AS index`;
    const many = ['--correlation', 'many'];
    const file = join(folder, 'export.json');
    expect(await run('export', ...many, '--format', 'json', '--output', file)).toEqual({
      code: 0,
      out: '',
      error: '',
    });
    const events = JSON.parse(await readFile(file, 'utf8')) as AuditEventView[];
    expect(events.map(({ details }) => details['index'])).toEqual(
      Array.from({ length: count }, (_, index) => count - index),
    );
    const csv = (await run('export', ...many, '--format', 'csv')).out.trimEnd().split('\r\n');
    expect(csv).toHaveLength(count + 1);
    expect(csv.filter((line) => line.startsWith('sequence,'))).toHaveLength(1);
    const limited = await run('export', ...many, '--limit', '10005');
    expect(limited.out.trimEnd().split('\n')).toHaveLength(10_005);
  });

  it('says when its file can not be written', async () => {
    const { code, error } = await run('export', '--output', join(folder, 'no', 'such.json'));
    expect([code, error]).toEqual([2, expect.stringContaining("can't be written")]);
  });
});

it('counts, and describes the types', async () => {
  const stats = await run('stats');
  expect(stats.out).toMatch(/^\d+ events\n/);
  expect(stats.out).toMatch(/CATEGORY +EVENTS\n/);
  const types = await run('event-types');
  expect(types.out).toMatch(/audit\.exported +data +notice +The audit log was exported/);
});

describe('runyard audit verify', () => {
  it('says when nobody verifies', async () => {
    const { code, error } = await run('verify');
    expect([code, error]).toEqual([1, expect.stringContaining('no control worker runs')]);
  });

  it('needs the keys for an archive file, and an archive file', async () => {
    const file = join(folder, 'archive.ndjson.gz');
    await writeFile(file, 'no archive');
    const without = await run('verify', '--archive', file);
    expect([without.code, without.error]).toEqual([
      2,
      expect.stringContaining('AUDIT_SIGNING_KEYS'),
    ]);
    await writeFile(join(folder, 'audit-signing-keys'), makeSigningKeys());
    const broken = await run('verify', '--archive', file);
    expect([broken.code, broken.error]).toEqual([1, expect.stringContaining("can't be read")]);
  });

  it('finds what was changed in an archive file, and names it', async () => {
    const keys = makeSigningKeys();
    await writeFile(join(folder, 'audit-signing-keys'), keys);
    const audit = await AuditWorld.start();
    try {
      const parsed = parseSigningKeys('AUDIT_SIGNING_KEYS', keys);
      audit.places = { ...audit.places, keys: checkpointKeys(parsed) };
      await audit.write(20);
      await audit.age(30);
      await makeCheckpoint(audit.places);
      await archiveSegment(audit.places, new Date(), { actor: null, correlationId: null });
      const names = await readdir(audit.places.folder);
      const file = join(audit.places.folder, names.find((name) => name.endsWith('.gz')) ?? '');
      const good = await run('verify', '--archive', file);
      expect([good.code, good.out]).toEqual([0, expect.stringMatching(/Good events +20\n/)]);
      const lines = gunzipSync(await readFile(file))
        .toString()
        .split('\n');
      const changed = lines.map((line) =>
        line.startsWith('{"sequence":7,') ? line.replace('update', 'delete') : line,
      );
      expect(changed).not.toEqual(lines);
      await writeFile(file, gzipSync(changed.join('\n')));
      const bad = await run('verify', '--archive', file);
      expect([bad.code, bad.error]).toEqual([1, expect.stringContaining('broken at event 7')]);
      expect(bad.out).toMatch(/First bad +event 7: /);
    } finally {
      await audit.stop();
    }
  });
});
