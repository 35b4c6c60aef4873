import type { Context } from 'hono';
import type { LabelPolicyModel } from '../../prisma/generated/models/LabelPolicy.ts';
import { appendAudit } from '../../prisma/audit-log.ts';
import type { Database } from '../../prisma/client.ts';
import { told } from '../audit/actor.ts';
import type { ApiEnvironment } from '../environment.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import { lockPolicy } from '../registrations/locks.ts';
import type { LabelPolicyRequest, LabelPolicyView } from '../schemas/label-policy.ts';
import { toStoredPolicyView } from '../views/label-policy-view.ts';
import { isStorable } from './read-policies.ts';

type ApiContext = Context<ApiEnvironment>;

/**
 * Writes a subject's policy, in place of the one before.
 *
 * @throws InvalidRequestError for a team that there isn't
 */
export async function setPolicy(
  database: Database,
  context: ApiContext,
  request: LabelPolicyRequest,
): Promise<LabelPolicyView> {
  const { subject } = request;
  const rules = {
    allowed: distinct(request.allowed),
    denied: distinct(request.denied),
    required: distinct(request.required),
    maxRunners: request.max_runners,
    maxRunnersPerHour: request.max_runners_per_hour,
    allowPersistent: request.allow_persistent,
    runnerGroups: distinct(request.runner_groups),
  };
  return database.$transaction(async (transaction) => {
    await lockPolicy(transaction, subject);
    if (subject.startsWith('team:')) {
      const name = subject.slice('team:'.length);
      // Locked, so that the team isn't deleted meanwhile and its policy left behind.
      const found = await transaction.$queryRaw<unknown[]>`
        SELECT id FROM teams WHERE name = ${name} FOR SHARE`;
      if (found.length === 0) {
        throw new InvalidRequestError([
          { path: 'subject', message: `there is no team ${name}: create it first` },
        ]);
      }
    }
    const before = await transaction.labelPolicy.findUnique({ where: { subject } });
    const after = await transaction.labelPolicy.upsert({
      where: { subject },
      create: { subject, ...rules },
      update: { ...rules, updatedAt: new Date() },
    });
    await appendAudit(
      transaction,
      told(context, {
        type: 'label_policy.set',
        action: before ? 'replace' : 'create',
        resource: { type: 'label_policy', id: subject },
        details: { before: before && details(before), after: details(after) },
      }),
    );
    return toStoredPolicyView(after);
  });
}

/** @throws NotFoundError */
export async function deletePolicy(
  database: Database,
  context: ApiContext,
  subject: string,
): Promise<void> {
  if (!isStorable(subject)) throw new NotFoundError('such label policy');
  await database.$transaction(async (transaction) => {
    await lockPolicy(transaction, subject);
    const before = await transaction.labelPolicy.findUnique({ where: { subject } });
    if (!before) throw new NotFoundError(`label policy of ${subject}`);
    await transaction.labelPolicy.delete({ where: { subject } });
    await appendAudit(transaction, policyDeleted(context, before));
  });
}

/** What the audit log is told of a policy that is gone. */
export function policyDeleted(context: ApiContext, before: LabelPolicyModel) {
  return told(context, {
    type: 'label_policy.deleted',
    action: 'delete',
    resource: { type: 'label_policy', id: before.subject },
    details: { before: details(before), after: null },
  });
}

function details(row: LabelPolicyModel) {
  const { subject: _, updated_at: __, ...rules } = toStoredPolicyView(row);
  return rules;
}

/** Without the patterns that say the same as one before. */
function distinct(texts: readonly string[]): string[] {
  const known = new Set<string>();
  return texts.filter((text) => {
    const name = text.toLowerCase();
    return known.has(name) ? false : known.add(name);
  });
}
