import type { Violation } from '../../domain/label-policy.ts';
import type { QuotaRefusal } from '../../domain/quota.ts';
import { ApiError, type FieldError } from '../errors.ts';

const FIELDS: Partial<Record<Violation['kind'], string>> = {
  label_missing: 'labels',
  persistent: 'ephemeral',
  runner_group: 'runner_group',
};

/** The policy forbids the runner; each offending label is named where it stands. */
export class LabelPolicyError extends ApiError {
  /** @param labels - as they were asked for */
  constructor(violations: readonly Violation[], labels: readonly string[]) {
    const errors: FieldError[] = violations.map(({ kind, offender, message }) => ({
      path: FIELDS[kind] ?? `labels.${labels.indexOf(offender)}`,
      message,
    }));
    const reasons = violations.map(({ message }) => message).join('; ');
    super(403, 'label_policy', `The label policy forbids this runner: ${reasons}`, { errors });
  }
}

export class QuotaExceededError extends ApiError {
  constructor(refusals: readonly QuotaRefusal[]) {
    super(403, 'quota_exceeded', refusals.map(({ message }) => message).join('; '), {
      errors: refusals.map(({ of, message }) => ({ path: of === 'team' ? 'team' : '', message })),
    });
  }
}

export class NameTakenError extends ApiError {
  constructor(name: string, target: string) {
    super(
      409,
      'name_taken',
      `A runner named ${name} is live at ${target}: delete it, or choose another name`,
      { errors: [{ path: 'runner_name', message: 'is the name of a live runner' }] },
    );
  }
}
