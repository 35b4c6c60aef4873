import { proxyActivities } from '@temporalio/workflow';
import {
  type ArchivedEvents,
  AUDIT_CHAIN_BROKEN,
  type AuditActivities,
  type AuditRetentionInput,
} from './contracts/audit.ts';

// Millions of events may have to be moved. What was moved stays moved, so a retry goes on from there.
const { archiveBefore } = proxyActivities<Pick<AuditActivities, 'archiveBefore'>>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 10, nonRetryableErrorTypes: [AUDIT_CHAIN_BROKEN] },
});

/** Moves events into archive files that were kept long enough. */
export function auditRetention(input: AuditRetentionInput): Promise<ArchivedEvents> {
  return archiveBefore(input);
}
