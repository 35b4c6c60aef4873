import { ApplicationFailure } from '@temporalio/common';
import type { Database } from '../prisma/client.ts';
import { appendAudit } from '../prisma/audit-log.ts';
import { SYSTEM_ACTOR } from '../domain/audit/event.ts';
import { registrationEvent } from '../domain/registration-event.ts';
import { isClosed, type RegistrationStatus } from '../domain/registration-status.ts';
import { GITHUB_REFUSED } from '../workflows/contracts/control-activities.ts';
import type {
  FlaggedRunner,
  RegistrationChange,
} from '../workflows/contracts/registration-activities.ts';

/**
 * Writes what changed of a registration, with its event, in one transaction. The record is locked, so
 * that a repeated call finds the change made and writes no second event. False: it's closed, and stays
 * as it is.
 */
export async function recordRegistration(
  database: Database,
  change: RegistrationChange,
): Promise<boolean> {
  return database.$transaction(async (transaction) => {
    const [before] = await transaction.$queryRaw<Kept[]>`
      SELECT status, name, target, owner, team FROM registrations
      WHERE id = ${change.id}::uuid AND removed_at IS NULL FOR UPDATE`;
    if (!before) return false;
    const event = registrationEvent(before.status, change.status, change.end ?? null);
    const now = new Date();
    const isOnline = ['online', 'idle', 'busy'].includes(change.status);
    await transaction.registration.update({
      where: { id: change.id },
      data: {
        status: change.status,
        detail: change.detail,
        githubRunnerId: change.githubRunnerId,
        ...(change.installationId ? { installationId: change.installationId } : {}),
        ...(change.expiresAt ? { expiresAt: change.expiresAt } : {}),
        ...(isOnline ? { offlineAt: null } : {}),
        ...(event === 'registration.offline' ? { offlineAt: now } : {}),
        ...(isClosed(change.status) ? { removedAt: now } : {}),
      },
    });
    if (isOnline) {
      await transaction.$executeRaw`
        UPDATE registrations SET online_at = COALESCE(online_at, ${now}) WHERE id = ${change.id}::uuid`;
    }
    if (event === null) return true;
    await appendAudit(transaction, {
      type: event,
      actor: SYSTEM_ACTOR,
      action: ACTIONS[event] ?? 'update',
      resource: { type: 'registration', id: change.id },
      outcome: change.end === 'refused' ? 'failure' : 'success',
      correlationId: change.correlationId,
      details: {
        name: before.name,
        target: before.target,
        owner: before.owner,
        team: before.team,
        github_runner_id: change.githubRunnerId,
        detail: change.detail,
      },
    });
    return true;
  });
}

/** @throws ApplicationFailure GITHUB_REFUSED when whoever asked for the runner has given it up */
export async function requireOpen(database: Database, id: string): Promise<void> {
  const record = await database.registration.findUnique({ where: { id } });
  if (record && record.removedAt === null) return;
  throw ApplicationFailure.nonRetryable('It was given up before GitHub was asked', GITHUB_REFUSED);
}

interface Kept {
  status: RegistrationStatus;
  name: string;
  target: string;
  owner: string;
  team: string | null;
}

const ACTIONS: Record<string, string> = {
  'registration.provisioned': 'provision',
  'registration.deleted': 'delete',
  'registration.expired': 'expire',
};

/** Flags a registration, with its event: a repeated call changes nothing. */
export async function flagRegistration(database: Database, flag: FlaggedRunner): Promise<void> {
  await database.$transaction(async (transaction) => {
    const rows = await transaction.$queryRaw<Omit<Kept, 'status'>[]>`
      UPDATE registrations SET flagged_at = COALESCE(flagged_at, now()), flag_reason = ${flag.reason}
      WHERE id = ${flag.id}::uuid AND flag_reason IS DISTINCT FROM ${flag.reason}
      RETURNING name, target, owner, team`;
    const [kept] = rows;
    if (!kept) return;
    await appendAudit(transaction, {
      type: 'security.labels_exceeded',
      actor: SYSTEM_ACTOR,
      action: 'verify',
      resource: { type: 'registration', id: flag.id },
      outcome: 'denied',
      correlationId: flag.correlationId,
      details: {
        ...kept,
        labels: flag.labels,
        reason: flag.reason,
        github_runner_id: flag.githubRunnerId,
      },
    });
  });
}

/** Keeps that GitHub was asked. */
export async function recordLook(database: Database, id: string): Promise<void> {
  await database.$executeRaw`UPDATE registrations SET checked_at = now() WHERE id = ${id}::uuid`;
}
