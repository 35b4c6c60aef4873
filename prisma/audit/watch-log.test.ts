import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ToldEvent } from '../../domain/audit/event.ts';
import { parseOffHours } from '../../domain/audit/off-hours.ts';
import type { SuspicionRules } from '../../domain/audit/suspicion.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { appendAudit } from '../audit-log.ts';
import { sealAudit } from '../audit-seal.ts';
import { watchAudit } from './watch-log.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const HOUR = 3_600_000;
const off = { count: 0, window: 0 };
const rules: SuspicionRules = {
  signInBurst: { count: 4, window: HOUR },
  manyAddresses: off,
  labelProbing: { count: 3, window: HOUR },
  invalidSignatures: off,
  exportAfterChange: off,
  offHours: parseOffHours('', 'UTC'),
  offHoursAdministration: off,
};

const failed = (address: string): ToldEvent => ({
  type: 'session.failed',
  actor: { kind: 'anonymous', id: 'anonymous', name: 'Anonymous', address },
  action: 'sign_in',
  outcome: 'failure',
});

async function tell(...events: ToldEvent[]) {
  await appendAudit(test.database, ...events);
  await sealAudit(test.database);
}

const found = async () =>
  (
    await test.database.$queryRaw<{ content: string }[]>`
      SELECT content FROM audit_events WHERE type = 'security.sign_in_burst'
      UNION ALL SELECT content FROM audit_pending WHERE content LIKE '%security.sign_in_burst%'`
  ).map(({ content }) => (JSON.parse(content) as { details: { subject: string } }).details.subject);

let address = '';
let count = 0;
beforeEach(async () => {
  count += 1;
  address = `192.0.2.${count}`;
  while ((await watchAudit(test.database, rules))?.isMore);
});

it('finds what comes in several looks, once', async () => {
  await tell(failed(address), failed(address));
  expect((await watchAudit(test.database, rules))?.findings).toEqual([]);
  await tell(failed(address), failed(address));
  const watched = await watchAudit(test.database, rules);
  expect(watched?.findings).toMatchObject([
    { type: 'security.sign_in_burst', subject: `address ${address}` },
  ]);
  await tell(failed(address));
  await watchAudit(test.database, rules);
  await sealAudit(test.database);
  expect((await found()).filter((one) => one === `address ${address}`)).toHaveLength(1);
});

it('tells of a security event in one look only', async () => {
  await tell(...Array.from({ length: 4 }, () => failed(address)));
  await watchAudit(test.database, rules);
  await sealAudit(test.database);
  const alerts = (await watchAudit(test.database, rules))?.alerts ?? [];
  expect(alerts.map(({ type, resource }) => [type, resource?.id])).toEqual([
    ['security.sign_in_burst', `address ${address}`],
  ]);
  expect((await watchAudit(test.database, rules))?.alerts).toEqual([]);
});

it('tells nothing twice when a look is done again that was lost', async () => {
  await tell(...Array.from({ length: 4 }, () => failed(address)));
  const { owner } = test;
  const [before] = await owner.$queryRaw<{ sequence: bigint }[]>`SELECT sequence FROM audit_watch`;
  await watchAudit(test.database, rules);
  await owner.$executeRaw`UPDATE audit_watch SET sequence = ${before?.sequence ?? 0n}`;
  await watchAudit(test.database, rules);
  await sealAudit(test.database);
  expect((await found()).filter((one) => one === `address ${address}`)).toHaveLength(1);
});

it('keeps nothing of a look that fails, and makes up for it', async () => {
  await tell(...Array.from({ length: 4 }, () => failed(address)));
  await test.owner.$executeRaw`ALTER TABLE audit_pending RENAME TO audit_pending_away`;
  try {
    await expect(watchAudit(test.database, rules)).rejects.toThrow();
  } finally {
    await test.owner.$executeRaw`ALTER TABLE audit_pending_away RENAME TO audit_pending`;
  }
  expect((await watchAudit(test.database, rules))?.findings).toHaveLength(1);
});

it('leaves it to another process that is at it, and goes on in portions', async () => {
  await tell(...Array.from({ length: 5 }, () => failed(address)));
  await test.owner.$transaction(async (holder) => {
    await holder.$queryRaw`SELECT FROM audit_watch FOR UPDATE`;
    expect(await watchAudit(test.database, rules)).toBeNull();
  });
  const looks = [];
  for (let isMore = true; isMore;) {
    const watched = await watchAudit(test.database, rules, 2);
    looks.push(watched?.findings.length);
    isMore = watched?.isMore ?? false;
  }
  expect(looks.length).toBeGreaterThanOrEqual(3);
  await sealAudit(test.database);
  expect((await found()).filter((one) => one === `address ${address}`)).toHaveLength(1);
});
