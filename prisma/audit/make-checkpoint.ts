import { createHash } from 'node:crypto';
import { GENESIS } from '../../domain/audit/chain.ts';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { SYSTEM_ACTOR, type ToldEvent } from '../../domain/audit/event.ts';
import { type ChainFinding, verifyChain } from '../../domain/audit/verify.ts';
import { appendAudit } from '../audit-log.ts';
import { sha256 } from './keys.ts';
import { lastCheckpoint, readChain } from './read-chain.ts';
import type { AuditPlaces } from './verify-log.ts';
import { keepWitness } from './witnesses.ts';

/** One process at a time signs. */
const CHECKPOINT_LOCK = 7_270_736_902;

/** The events since the last checkpoint are not what was sealed: nothing of it may be signed. */
export class AuditChainBrokenError extends Error {
  readonly finding: ChainFinding;

  constructor(finding: ChainFinding) {
    super(`The audit log was changed behind its back: ${finding.reason}`);
    this.name = 'AuditChainBrokenError';
    this.finding = finding;
  }
}

/**
 * Signs where the chain stands now, in the database and outside of it, after looking at all events
 * since the last time.
 *
 * @returns null when there is nothing new, or another process is at it
 * @throws AuditChainBrokenError
 */
export function makeCheckpoint(places: AuditPlaces): Promise<Checkpoint | null> {
  const { database, folder, keys } = places;
  return database.$transaction(
    async (transaction) => {
      const locks = await transaction.$queryRaw<{ mine: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(${CHECKPOINT_LOCK}::bigint) AS mine`;
      if (!locks[0]?.mine) return null;
      const last = await lastCheckpoint(transaction);
      const start = last ?? GENESIS;
      const { firstBad, head } = await verifyChain({
        entries: readChain(transaction, { after: start.sequence }),
        start,
        sha256,
        signature: keys.check,
      });
      const finding = firstBad ?? wrongSignature(last, keys.check);
      if (finding) throw new AuditChainBrokenError(finding);
      if (head.sequence === start.sequence) return null;
      const point = keys.sign(head, new Date());
      await keepWitness(folder, point);
      await transaction.$executeRaw`
        INSERT INTO audit_checkpoints (sequence, hash, signed_at, key_id, signature)
        VALUES (${point.sequence}, ${point.hash}, ${new Date(point.signedAt)}, ${point.keyId},
          ${point.signature})`;
      if (last && last.keyId !== point.keyId) await appendAudit(transaction, rotated(last, point));
      return point;
    },
    { timeout: 600_000 },
  );
}

function wrongSignature(
  last: Checkpoint | null,
  check: AuditPlaces['keys']['check'],
): ChainFinding | null {
  if (!last || check(last) !== 'invalid') return null;
  const reason = `The checkpoint at ${last.sequence} does not bear a valid signature`;
  return { sequence: last.sequence, fault: 'checkpoint', reason };
}

function rotated(last: Checkpoint, point: Checkpoint): ToldEvent {
  return {
    type: 'signing_key.rotated',
    actor: SYSTEM_ACTOR,
    action: 'rotate',
    resource: { type: 'signing_key', id: point.keyId },
    details: { purpose: 'audit checkpoints', before: last.keyId, from_sequence: point.sequence },
  };
}

/** Tells of a broken chain, once for each finding. */
export function toldOfBrokenChain({ sequence, fault, reason }: ChainFinding): ToldEvent {
  return {
    id: uuidOf(`audit chain broken ${fault} ${sequence}`),
    type: 'security.audit_chain_broken',
    actor: SYSTEM_ACTOR,
    action: 'verify',
    outcome: 'failure',
    resource: { type: 'audit_event', id: String(sequence) },
    details: { fault, reason },
  };
}

/** The same for the same text, so that an event is written once. */
function uuidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
