export { auditRetention } from './audit-retention.ts';
export { auditVerification } from './audit-verification.ts';
export { runnerJob } from './runner-job.ts';
export { runnerRegistration } from './runner-registration.ts';
