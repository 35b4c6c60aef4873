import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSigningKeys } from '../../config/make-signing-keys.ts';
import { parseSigningKeys } from '../../config/signing-keys.ts';
import { SYSTEM_ACTOR, type ToldEvent } from '../../domain/audit/event.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { appendAudit } from '../audit-log.ts';
import { sealAudit } from '../audit-seal.ts';
import { checkpointKeys } from './keys.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import { type AuditPlaces, verifyAuditLog } from './verify-log.ts';

/** An audit log of its own, with real keys and files. */
export class AuditWorld {
  readonly test: TestDatabase;
  places: AuditPlaces;

  private constructor(test: TestDatabase, places: AuditPlaces) {
    this.test = test;
    this.places = places;
  }

  static async start(): Promise<AuditWorld> {
    const test = await createTestDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'runyard-audit-'));
    return new AuditWorld(test, { database: test.database, folder, keys: newKeys() });
  }

  /** Writes so many events and seals them. */
  async write(count: number, fields: Partial<ToldEvent> = {}): Promise<void> {
    const event: ToldEvent = {
      type: 'user.updated',
      action: 'update',
      actor: SYSTEM_ACTOR,
      ...fields,
    };
    await appendAudit(this.places.database, ...Array.from({ length: count }, () => event));
    await sealAudit(this.places.database);
  }

  /** So many events, and a checkpoint. */
  async writeSigned(count: number): Promise<void> {
    await this.write(count);
    await makeCheckpoint(this.places);
  }

  /** As if all that is sealed had been written so long ago; by the owner, with a log that is whole after it. */
  async age(days: number): Promise<void> {
    const { owner } = this.test;
    const time = new Date(Date.now() - days * 24 * 3_600_000).toISOString();
    await owner.$executeRaw`
      WITH gone AS (DELETE FROM audit_events RETURNING sequence, content)
      INSERT INTO audit_pending (content)
      SELECT jsonb_set(content::jsonb, '{time}', to_jsonb(${time}::text))::text
      FROM gone ORDER BY sequence`;
    await owner.$executeRaw`DELETE FROM audit_checkpoints`;
    await rm(join(this.places.folder, 'checkpoints.ndjson'), { force: true });
    await sealAudit(owner);
  }

  verify() {
    return verifyAuditLog(this.places);
  }

  async stop(): Promise<void> {
    await this.test.drop();
    await rm(this.places.folder, { recursive: true, force: true });
  }
}

export function newKeys(before: string[] = []) {
  return checkpointKeys(keySet(before));
}

/** A new key in front of those of the sets. */
export function keySet(before: string[] = []) {
  const former = before.flatMap((text) => parseSigningKeys('AUDIT_SIGNING_KEYS', text));
  return parseSigningKeys('AUDIT_SIGNING_KEYS', makeSigningKeys(former));
}
