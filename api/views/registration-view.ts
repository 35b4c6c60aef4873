import type { RegistrationMode, RegistrationStatus } from '../../domain/registration-status.ts';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import type { Registration } from '../schemas/registration.ts';

/** A registration's record as the API shows it. */
export function toRegistration(row: RegistrationModel): Registration {
  return {
    id: row.id,
    name: row.name,
    target: row.target,
    team: row.team,
    owner: row.owner,
    owner_name: row.ownerName,
    labels: row.labels,
    runner_group: row.runnerGroup,
    mode: row.mode as RegistrationMode,
    ephemeral: row.ephemeral,
    status: row.status as RegistrationStatus,
    detail: row.detail,
    flagged: row.flaggedAt !== null,
    flag_reason: row.flagReason,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    online_at: row.onlineAt?.toISOString() ?? null,
    offline_at: row.offlineAt?.toISOString() ?? null,
    checked_at: row.checkedAt?.toISOString() ?? null,
    removed_at: row.removedAt?.toISOString() ?? null,
  };
}
