import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AuditEvent } from '../../domain/audit/event.ts';
import { ApiWorld } from '../api.world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await ApiWorld.start();
});
afterAll(() => world.stop());

/** What was told since the last call. */
async function told(): Promise<AuditEvent[]> {
  const rows = await world.testDatabase.owner.$queryRaw<{ content: string }[]>`
    WITH taken AS (DELETE FROM audit_pending RETURNING id, content)
    SELECT content FROM taken ORDER BY id`;
  return rows.map(({ content }) => JSON.parse(content) as AuditEvent);
}
const flush = () => world.services.dependencies.refusals.flush();
beforeEach(async () => {
  await flush();
  await told();
});

const forged = (delivery = 'forged') =>
  world.app.request('/api/webhooks/github', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'push',
      'X-GitHub-Delivery': delivery,
      'X-GitHub-Hook-ID': '7',
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', 'wrong').update('{}').digest('hex')}`,
    },
    body: '{}',
  });

it('writes the first of a flood at once, and the rest as one', async () => {
  const first = await forged('the-first');
  expect(first.status).toBe(401);
  const [event, ...none] = await told();
  expect(none).toEqual([]);
  expect(event).toMatchObject({
    type: 'security.invalid_signature',
    outcome: 'denied',
    actor: { kind: 'anonymous' },
    resource: { type: 'webhook', id: '7' },
    details: { event: 'push', delivery_id: 'the-first' },
    correlationId: 'the-first',
  });
  await Promise.all(Array.from({ length: 50 }, () => forged()));
  expect(await told()).toEqual([]);
  await flush();
  expect(await told()).toMatchObject([{ details: { count: 50 } }]);
  await flush();
  expect(await told()).toEqual([]);
});

it('tells of who asks for what they may not do', async () => {
  const viewer = await world.as({ role: 'viewer' });
  for (let index = 0; index < 3; index += 1) {
    expect((await viewer.request('/api/audit/logs')).status).toBe(403);
  }
  await flush();
  expect(await told()).toMatchObject([
    {
      type: 'permission.denied',
      actor: { id: viewer.account.id },
      details: { needed: 'audit:read', path: '/api/audit/logs' },
    },
    { type: 'permission.denied', details: { count: 2 } },
  ]);
});

it('tells senders apart up to a bound', async () => {
  const { refusals } = world.services.dependencies;
  const context = (address: string) => ({
    get: (name: string) => (name === 'client' ? { address, scheme: 'http' } : undefined),
  });
  for (let index = 0; index < 1_200; index += 1) {
    await refusals.record(context(`10.0.0.${index}`) as never, {
      type: 'token.refused',
      action: 'authenticate',
    });
  }
  expect(await told()).toHaveLength(1_000);
  await flush();
  expect(await told()).toMatchObject([{ actor: { id: 'many' }, details: { count: 200 } }]);
});

it('tells later of what it could not tell at once', async () => {
  const { owner } = world.testDatabase;
  await owner.$executeRaw`ALTER TABLE audit_pending RENAME TO audit_pending_away`;
  try {
    for (let index = 0; index < 3; index += 1) expect((await forged()).status).toBe(401);
    await flush();
  } finally {
    await owner.$executeRaw`ALTER TABLE audit_pending_away RENAME TO audit_pending`;
  }
  await forged();
  await flush();
  const events = await told();
  const counts = events.map(({ details }) => details['count'] ?? 1) as number[];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
});
