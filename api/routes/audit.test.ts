import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_CATEGORIES, AUDIT_EVENT_TYPES } from '../../domain/audit/event-types.ts';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { ApiWorld } from '../api.world.ts';
import type { AuditEventTypes, AuditEventView, AuditPage, AuditStats } from '../schemas/audit.ts';
import type { Problem } from '../schemas/problem.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

const ANNA = { kind: 'session', id: 'user:anna', name: 'Anna', address: '192.0.2.1' } as const;
const BERT = { kind: 'api_token', id: 'user:bert', name: 'Bert', address: null } as const;

const tell = (event: Partial<ToldEvent> = {}) =>
  appendAudit(world.records, {
    type: 'label_policy.set',
    actor: ANNA,
    action: 'set',
    ...event,
  });

async function logs(query: Record<string, string> = {}, path = '/api/audit/logs') {
  const response = await world.request(`${path}?${new URLSearchParams(query).toString()}`);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as AuditPage;
}

const code = async (response: Response) => ((await response.json()) as Problem).code;

describe('GET /api/audit/logs', () => {
  it('shows what was written a moment ago, in whole', async () => {
    await tell({
      resource: { type: 'label_policy', id: 'team:red' },
      details: { allowed: ['linux'], max: 3 },
      correlationId: 'whole',
    });
    const { items } = await logs({ correlation_id: 'whole' });
    expect(items).toEqual([
      {
        sequence: expect.any(Number),
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        type: 'label_policy.set',
        category: 'configuration',
        severity: 'notice',
        actor: ANNA,
        resource: { type: 'label_policy', id: 'team:red' },
        action: 'set',
        outcome: 'success',
        details: { allowed: ['linux'], max: 3 },
        correlation_id: 'whole',
        prev_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('finds by each filter, and by several at once', async () => {
    const correlationId = 'filters';
    const resource = { type: 'team', id: 'green' };
    await tell({ correlationId, type: 'team.created', resource, details: { note: 'a "b" 50%_c' } });
    await tell({ correlationId, type: 'permission.denied', actor: BERT, outcome: 'denied' });
    await tell({ correlationId, type: 'job.lost', actor: BERT, outcome: 'failure' });
    const found = async (query: Record<string, string>) =>
      (await logs({ correlation_id: correlationId, ...query })).items.map(({ type }) => type);
    const all = ['job.lost', 'permission.denied', 'team.created'];
    expect(await found({})).toEqual(all);
    expect(await found({ type: 'team.created' })).toEqual(['team.created']);
    expect(await found({ type: 'team.created,job.lost' })).toEqual(['job.lost', 'team.created']);
    expect(await found({ category: 'job' })).toEqual(['job.lost']);
    expect(await found({ severity: 'notice,critical' })).toEqual([
      'permission.denied',
      'team.created',
    ]);
    expect(await found({ actor: 'user:anna' })).toEqual(['team.created']);
    expect(await found({ actor: 'Bert' })).toEqual(['job.lost', 'permission.denied']);
    expect(await found({ outcome: 'denied,failure' })).toEqual(['job.lost', 'permission.denied']);
    expect(await found({ resource_type: 'team' })).toEqual(['team.created']);
    expect(await found({ resource_type: 'team', resource_id: 'red' })).toEqual([]);
    expect(await found({ text: 'A "B" 50%_C' })).toEqual(['team.created']);
    expect(await found({ text: 'a "b" 50%%c' })).toEqual([]);
    expect(await found({ since: '2026-01-01T00:00:00Z' })).toEqual(all);
    expect(await found({ until: '2026-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ actor: 'Bert', outcome: 'denied' })).toEqual(['permission.denied']);
  });

  it('goes through pages without loss while new events come', async () => {
    for (let index = 0; index < 7; index += 1) {
      await tell({ correlationId: 'pages', details: { index } });
    }
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: AuditPage = await logs({
        correlation_id: 'pages',
        limit: '3',
        ...(cursor === '' ? {} : { cursor }),
      });
      seen.push(...page.items.map(({ details }) => details['index']));
      await tell({ correlationId: 'pages', details: { index: 'late' } });
      cursor = page.next_cursor;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it.each([
    ['type=no.such', 422],
    ['category=all', 422],
    ['severity=info,loud', 422],
    ['outcome=', 422],
    ['since=yesterday', 422],
    ['limit=0', 422],
    ['limit=201', 422],
    ['text=%00', 422],
    ['cursor=nonsense', 400],
  ])('refuses ?%s with %i', async (query, status) => {
    const response = await world.request(`/api/audit/logs?${query}`);
    expect(response.status).toBe(status);
    expect(await code(response)).toBe(status === 400 ? 'invalid_cursor' : 'invalid_request');
  });

  it('is not for those who see their own teams alone, or lack the permission', async () => {
    const operator = await world.as({ role: 'operator' });
    expect((await operator.request('/api/audit/logs')).status).toBe(200);
    const narrow = await world.as({ role: 'operator', scope: 'teams', teams: ['red'] });
    for (const path of ['logs', 'stats', 'export', 'users/x', 'resources/job/1']) {
      const response = await narrow.request(`/api/audit/${path}`);
      expect([path, response.status, await code(response)]).toEqual([path, 403, 'forbidden']);
    }
    const viewer = await world.as({ role: 'viewer' });
    expect((await viewer.request('/api/audit/logs')).status).toBe(403);
    expect((await operator.request('/api/audit/security')).status).toBe(403);
  });

  it('shows an event whose content somebody has spoilt', async () => {
    await tell({ correlationId: 'spoilt' });
    const [event] = (await logs({ correlation_id: 'spoilt' })).items;
    const { owner } = world.testDatabase;
    await owner.$executeRaw`
      UPDATE audit_events SET content = 'no JSON' WHERE id = ${event?.id}::uuid`;
    try {
      const [shown] = (await logs({ correlation_id: 'spoilt' })).items;
      expect(shown).toMatchObject({ actor: ANNA, details: {} });
    } finally {
      await owner.$executeRaw`DELETE FROM audit_events WHERE id = ${event?.id}::uuid`;
    }
  });
});

describe('lists about somebody or something', () => {
  it('finds what a user did and what was done to them, by any of their names', async () => {
    const carol = await world.as({ role: 'viewer', username: 'carol' });
    const { userId } = carol.account;
    await tell({ actor: { ...BERT, id: 'user:carol', name: 'Carol' }, correlationId: 'by' });
    await tell({
      type: 'user.role_changed',
      resource: { type: 'user', id: userId },
      correlationId: 'to',
    });
    for (const id of ['carol', 'user:carol', userId]) {
      const { items } = await logs({}, `/api/audit/users/${encodeURIComponent(id)}`);
      const found = items.map(({ correlation_id: correlation }) => correlation);
      expect(found.filter((one) => one === 'by' || one === 'to')).toEqual(['to', 'by']);
    }
    const issuer = encodeURIComponent('oidc:https://issuer.example#1');
    expect((await logs({}, `/api/audit/users/${issuer}`)).items).toEqual([]);
  });

  it('finds what was done to a thing', async () => {
    await tell({ resource: { type: 'label_policy', id: 'oidc:https://a/b#c' } });
    const id = encodeURIComponent('oidc:https://a/b#c');
    const { items } = await logs({}, `/api/audit/resources/label_policy/${id}`);
    expect(items).toHaveLength(1);
  });

  it('finds what security is concerned with', async () => {
    const correlationId = 'watch';
    await tell({ correlationId, type: 'security.sign_in_burst' });
    await tell({ correlationId, type: 'quota.refused', outcome: 'denied' });
    await tell({ correlationId, type: 'session.failed', outcome: 'failure' });
    await tell({ correlationId, type: 'session.started' });
    await tell({ correlationId, type: 'job.lost', outcome: 'failure' });
    const { items } = await logs({}, '/api/audit/security');
    const own = items.filter((event) => event.correlation_id === correlationId);
    expect(own.map(({ type }) => type)).toEqual([
      'session.failed',
      'quota.refused',
      'security.sign_in_burst',
    ]);
  });
});

describe('GET /api/audit/stats', () => {
  it('counts', async () => {
    const since = new Date().toISOString();
    await tell({ type: 'job.lost', outcome: 'failure', actor: BERT });
    await tell();
    await tell();
    const response = await world.request(`/api/audit/stats?since=${since}`);
    expect(await response.json()).toEqual({
      total: 3,
      by_category: { job: 1, configuration: 2 },
      by_severity: { warning: 1, notice: 2 },
      by_outcome: { failure: 1, success: 2 },
      by_day: [{ day: since.slice(0, 10), count: 3 }],
      top_actors: [
        { actor: 'user:anna', name: 'Anna', count: 2 },
        { actor: 'user:bert', name: 'Bert', count: 1 },
      ],
    } satisfies AuditStats);
    const none = await world.request('/api/audit/stats?until=2020-01-01T00:00:00Z');
    expect(await none.json()).toMatchObject({ total: 0, by_day: [], top_actors: [] });
  });
});

describe('GET /api/audit/event-types', () => {
  it('describes them all', async () => {
    const { items } = (await (
      await world.request('/api/audit/event-types')
    ).json()) as AuditEventTypes;
    expect(items.length).toBe(Object.keys(AUDIT_EVENT_TYPES).length);
    expect(items.length).toBeGreaterThan(40);
    expect(new Set(items.map(({ category }) => category))).toEqual(new Set(AUDIT_CATEGORIES));
    expect(items).toContainEqual({
      type: 'audit.exported',
      category: 'data',
      severity: 'notice',
      description: 'The audit log was exported',
    });
  });
});

describe('GET /api/audit/export', () => {
  const exported = async (query: Record<string, string>) => {
    const response = await world.request(
      `/api/audit/export?${new URLSearchParams(query).toString()}`,
    );
    expect(response.status).toBe(200);
    return response;
  };

  it('gives the same events in each format', async () => {
    const name = 'Ünïcode, "quoted"\nand two lines';
    await tell({ correlationId: 'formats', actor: { ...ANNA, name } });
    await tell({ correlationId: 'formats', details: { list: [1, { two: null }] } });
    const query = { correlation_id: 'formats' };
    const { items } = await logs(query);
    expect(items).toHaveLength(2);
    const json = await exported(query);
    expect(json.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(await json.json()).toEqual({ items, next_cursor: null });
    const lines = await exported({ ...query, format: 'ndjson' });
    expect(lines.headers.get('Content-Disposition')).toContain('.ndjson"');
    expect(
      (await lines.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items);
    const csv = await exported({ ...query, format: 'csv' });
    const rows = parse(await csv.text(), { columns: true }) as Record<string, string>[];
    expect(rows.map((row) => row['hash'])).toEqual(items.map(({ hash }) => hash));
    expect(rows[1]?.['actor_name']).toBe(name);
    expect(JSON.parse(rows[0]?.['details'] ?? '')).toEqual(items[0]?.details);
  });

  it('writes nothing into CSV that a spreadsheet takes for a formula', async () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', "'=1"];
    for (const name of names) {
      await tell({ correlationId: 'formula', actor: { ...ANNA, name } });
    }
    const text = await (await exported({ correlation_id: 'formula', format: 'csv' })).text();
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(rows.map((row) => row['actor_name']).toReversed()).toEqual(
      names.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)),
    );
  });

  it('says that it was exported, by whom and what, before the first byte', async () => {
    const response = await exported({ correlation_id: 'nobody', format: 'csv' });
    const [event] = (await logs({ type: 'audit.exported', limit: '1' })).items;
    expect(event).toMatchObject({
      actor: { kind: 'api_token', id: 'user:administrator' },
      details: { format: 'csv', correlation_id: 'nobody' },
      correlation_id: response.headers.get('X-Correlation-Id'),
    });
    expect((await response.text()).split('\r\n')).toHaveLength(2);
  });

  it('goes on by X-Next-Cursor where there is more, and reads no more than is asked for', async () => {
    const count = 10_500;
    await world.records.$executeRaw`
      INSERT INTO audit_pending (content)
      SELECT jsonb_build_object('id', gen_random_uuid(), 'time', '2026-11-21T06:00:00.000Z',
        'type', 'job.queued', 'category', 'job', 'severity', 'info', 'action', 'queue',
        'outcome', 'success', 'resource', NULL, 'details', jsonb_build_object('index', index),
        'actor', '{"kind":"system","id":"runyard","name":"Runyard","address":null}'::jsonb,
        'correlationId', 'many')::text
      FROM generate_series(1, ${count}::int) AS index`;
    const query = { correlation_id: 'many', format: 'ndjson' };
    const read = async (more: Record<string, string>) => {
      const response = await exported({ ...query, ...more });
      const events = (await response.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditEventView);
      return {
        indices: events.map(({ details }) => details['index'] as number),
        next: response.headers.get('X-Next-Cursor'),
      };
    };
    const first = await read({});
    expect(first.indices).toHaveLength(10_000);
    const rest = await read({ cursor: first.next ?? '' });
    expect(rest.next).toBeNull();
    expect([...first.indices, ...rest.indices]).toEqual(
      Array.from({ length: count }, (_, index) => count - index),
    );
    const few = await read({ limit: '500' });
    expect([few.indices.length, few.next === null]).toEqual([500, false]);

    const { connections } = world.services.dependencies;
    const original = connections.query.bind(connections) as (...call: unknown[]) => unknown;
    let queries = 0;
    connections.query = ((...call: unknown[]) => {
      queries += 1;
      return original(...call);
    }) as typeof connections.query;
    try {
      const response = await exported(query);
      const reader = response.body?.getReader();
      await reader?.read();
      await reader?.cancel();
      // twenty would read it all
      expect(queries).toBeLessThan(10);
    } finally {
      connections.query = original as typeof connections.query;
    }
  });

  it.each(['format=xml', 'limit=10001', 'limit=0', 'since=x'])('refuses ?%s', async (query) => {
    expect((await world.request(`/api/audit/export?${query}`)).status).toBe(422);
  });
});

describe('what the control worker does', () => {
  it('says so when it takes long, or nobody does it', async () => {
    for (const [method, path] of [
      ['GET', 'verify'],
      ['POST', 'cleanup'],
    ] as const) {
      const response = await world.request(`/api/audit/${path}`, {
        method,
        ...(method === 'POST'
          ? { body: '{}', headers: { 'Content-Type': 'application/json' } }
          : {}),
      });
      expect([path, response.status, await code(response)]).toEqual([path, 503, 'still_at_work']);
    }
    const { items } = await logs({ type: 'audit.cleanup_requested', limit: '1' });
    expect(items[0]).toMatchObject({ actor: { id: 'user:administrator' }, action: 'clean_up' });
  });

  it('refuses a time to clean up that is none', async () => {
    for (const body of [{ before: 'yesterday' }, { after: '2026-01-01T00:00:00Z' }]) {
      expect((await world.post('/api/audit/cleanup', body)).status).toBe(422);
    }
  });
});
