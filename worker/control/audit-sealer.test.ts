import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLog } from '../../config/log.ts';
import { SYSTEM_ACTOR } from '../../domain/audit/event.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import { AuditWorld } from '../../prisma/audit/audit.world.ts';
import { AuditSealer } from './audit-sealer.ts';

let world: AuditWorld;
const sealers: AuditSealer[] = [];
beforeEach(async () => {
  world = await AuditWorld.start();
});
afterEach(async () => {
  await Promise.all(sealers.splice(0).map((sealer) => sealer.stop()));
  await world.stop();
});

function startSealer(): AuditSealer {
  const sealer = new AuditSealer(world.places, createLog('sealer', 'silent'), 1);
  sealer.start();
  sealers.push(sealer);
  return sealer;
}

const write = (count: number) =>
  appendAudit(
    world.test.database,
    ...Array.from({ length: count }, () => ({
      type: 'user.updated' as const,
      action: 'update',
      actor: SYSTEM_ACTOR,
    })),
  );

const types = async () => {
  const rows = await world.test.database.$queryRaw<{ type: string }[]>`
    SELECT type FROM audit_events ORDER BY sequence`;
  return rows.map(({ type }) => type);
};

it('seals and signs what is written, in several processes at once', async () => {
  startSealer();
  startSealer();
  await write(20);
  await vi.waitFor(
    async () => expect(await world.verify()).toMatchObject({ events: 20, unsigned: 0 }),
    { timeout: 15_000 },
  );
  expect((await world.verify()).firstBad).toBeNull();
});

it('leaves nothing unsealed and unsigned when it is stopped', async () => {
  const sealer = startSealer();
  await write(5);
  await sealer.stop();
  expect(await world.verify()).toMatchObject({ events: 5, unsigned: 0, firstBad: null });
});

it('tells of a log that was changed, once, and goes on sealing', async () => {
  startSealer();
  await world.writeSigned(3);
  await world.write(3);
  await world.test.owner.$executeRaw`
    UPDATE audit_events SET content = replace(content, 'update', 'delete') WHERE sequence = 5`;
  await write(1);
  await vi.waitFor(async () => expect(await types()).toContain('security.audit_chain_broken'), {
    timeout: 15_000,
  });
  await write(1);
  await vi.waitFor(async () => expect((await types()).at(-1)).toBe('user.updated'), {
    timeout: 15_000,
  });
  const alarms = (await types()).filter((type) => type === 'security.audit_chain_broken');
  expect(alarms).toHaveLength(1);
  expect((await world.verify()).firstBad).toMatchObject({ sequence: 5 });
});
