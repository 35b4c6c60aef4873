import type { AuditActor } from '../../domain/audit/event.ts';

/** Moves old events into archive files. One at a time: its id is the lock. */
export const AUDIT_RETENTION = 'auditRetention';
export const AUDIT_RETENTION_ID = 'audit/retention';
/** Starts it each day. */
export const AUDIT_RETENTION_SCHEDULE = 'audit-retention';

export interface AuditRetentionInput {
  /** RFC 3339: events before it are archived, unless they are of the last seven days; null: as the settings say */
  before: string | null;
  /** Who asked for it; null: the schedule */
  actor: AuditActor | null;
  correlationId: string | null;
}

export interface ArchivedEvents {
  events: number;
  segments: number;
}

/** Goes along the whole chain, archives and all. Callers that come meanwhile share its result. */
export const AUDIT_VERIFICATION = 'auditVerification';
export const AUDIT_VERIFICATION_ID = 'audit/verification';

/** What was found, as `GET /api/audit/verify` answers it. */
export interface AuditVerification {
  ok: boolean;
  /** of the chain, archived ones too, that were found good */
  events: number;
  checkpoints: number;
  archived_segments: number;
  /** events after the last checkpoint */
  unsigned: number;
  first_bad: { sequence: number; fault: string; reason: string } | null;
  head: { sequence: number; hash: string };
  /** RFC 3339 */
  verified_at: string;
  milliseconds: number;
}

/** Activities of the control worker around the audit log; each may run twice. */
export interface AuditActivities {
  /**
   * Moves whole signed segments of events into archive files.
   *
   * @throws ApplicationFailure AuditChainBroken, for good, when the events are not what was signed
   */
  archiveBefore(input: AuditRetentionInput): Promise<ArchivedEvents>;
  verifyAuditLog(): Promise<AuditVerification>;
}

/** Type of the failure of {@link AuditActivities.archiveBefore}. */
export const AUDIT_CHAIN_BROKEN = 'AuditChainBroken';
