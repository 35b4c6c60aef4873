import type { LabelPolicy } from '../../domain/label-policy.ts';
import type { LabelPolicyModel } from '../../prisma/generated/models/LabelPolicy.ts';
import type { LabelPolicyView } from '../schemas/label-policy.ts';

/** A policy as the API shows it. @param updatedAt - null where nobody wrote it */
export function toLabelPolicyView(
  subject: string,
  policy: LabelPolicy,
  updatedAt: Date | null,
): LabelPolicyView {
  return {
    subject,
    allowed: [...policy.allowed],
    denied: [...policy.denied],
    required: [...policy.required],
    max_runners: policy.maxRunners,
    max_runners_per_hour: policy.maxRunnersPerHour,
    allow_persistent: policy.allowPersistent,
    runner_groups: [...policy.runnerGroups],
    updated_at: updatedAt?.toISOString() ?? null,
  };
}

export function toStoredPolicyView(row: LabelPolicyModel): LabelPolicyView {
  return toLabelPolicyView(row.subject, row, row.updatedAt);
}
