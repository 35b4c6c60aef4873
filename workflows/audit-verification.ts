import { proxyActivities } from '@temporalio/workflow';
import type { AuditActivities, AuditVerification } from './contracts/audit.ts';

// Some 50,000 events a second; a worker that vanishes meanwhile is noticed by its heartbeat.
const { verifyAuditLog } = proxyActivities<Pick<AuditActivities, 'verifyAuditLog'>>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

/** Verifies the audit log where its keys and archives are: in the control worker. */
export function auditVerification(): Promise<AuditVerification> {
  return verifyAuditLog();
}
