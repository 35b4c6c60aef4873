import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { hex } from '../domain/audit/checkpoint.ts';
import type { ChainFinding } from '../domain/audit/verify.ts';
import { appendAudit } from '../prisma/audit-log.ts';
import { sealAudit } from '../prisma/audit-seal.ts';
import { archiveSegment } from '../prisma/audit/archive.ts';
import {
  AuditChainBrokenError,
  makeCheckpoint,
  toldOfBrokenChain,
} from '../prisma/audit/make-checkpoint.ts';
import { type AuditPlaces, verifyAuditLog } from '../prisma/audit/verify-log.ts';
import {
  AUDIT_CHAIN_BROKEN,
  type AuditActivities,
  type ArchivedEvents,
} from '../workflows/contracts/audit.ts';

const DAY = 24 * 3_600_000;

export interface AuditActivityDependencies extends AuditPlaces {
  retentionDays: number;
}

/** The control worker's activities around the audit log; what each does is said in `AuditActivities`. */
export function createAuditActivities(dependencies: AuditActivityDependencies): AuditActivities {
  const { database, retentionDays } = dependencies;
  const tellOfBrokenChain = (finding: ChainFinding) =>
    appendAudit(database, toldOfBrokenChain(finding));
  return {
    async archiveBefore({ before, actor, correlationId }) {
      const limit = before === null ? Date.now() - retentionDays * DAY : Date.parse(before);
      const done: ArchivedEvents = { events: 0, segments: 0 };
      return beating(async () => {
        try {
          for (;;) {
            const segment = await archiveSegment(dependencies, new Date(limit), {
              actor,
              correlationId,
            });
            if (!segment) return done;
            done.events += segment.events;
            done.segments += 1;
          }
        } catch (error) {
          if (!(error instanceof AuditChainBrokenError)) throw error;
          await tellOfBrokenChain(error.finding);
          throw ApplicationFailure.nonRetryable(error.message, AUDIT_CHAIN_BROKEN);
        }
      });
    },
    async verifyAuditLog() {
      const startedAt = performance.now();
      return beating(async () => {
        // What was written by now is to be looked at, and signed, unless it is broken already.
        await sealAudit(database);
        await makeCheckpoint(dependencies).catch((error: unknown) => {
          if (!(error instanceof AuditChainBrokenError)) throw error;
        });
        const verdict = await verifyAuditLog(dependencies);
        if (verdict.firstBad) await tellOfBrokenChain(verdict.firstBad);
        return {
          ok: verdict.firstBad === null,
          events: verdict.events,
          checkpoints: verdict.checkpoints,
          archived_segments: verdict.archivedSegments,
          unsigned: verdict.unsigned,
          first_bad: verdict.firstBad,
          head: { sequence: verdict.head.sequence, hash: hex(verdict.head.hash) },
          verified_at: new Date().toISOString(),
          milliseconds: Math.round(performance.now() - startedAt),
        };
      });
    },
  };
}

/** Reports to Temporal as long as the work goes on, so that a worker that vanished is noticed. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timeout = context.info.heartbeatTimeoutMs ?? 60_000;
  const timer = setInterval(() => context.heartbeat(), timeout / 4);
  try {
    return await Promise.race([work(), context.cancelled]);
  } finally {
    clearInterval(timer);
  }
}
