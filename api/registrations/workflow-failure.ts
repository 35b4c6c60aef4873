import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RegistrationModel } from '../../prisma/generated/models/Registration.ts';
import { GITHUB_REFUSED, RATE_LIMITED } from '../../workflows/contracts/control-activities.ts';
import {
  GITHUB_UNAVAILABLE,
  NAME_TAKEN_AT_GITHUB,
  RUNNER_GROUP_UNKNOWN,
} from '../../workflows/contracts/registration.ts';
import { ApiError, UnavailableError } from '../errors.ts';
import { NameTakenError } from './errors.ts';

/**
 * Why a registration's workflow did not do what it was asked to, as its caller is told.
 * `isFromWorkflow`: it was the workflow itself that said so, and not the way to it that failed.
 */
export function explainFailure(
  error: unknown,
  row: Pick<RegistrationModel, 'name' | 'target'>,
): { failure: unknown; isFromWorkflow: boolean } {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return {
      failure: new UnavailableError('temporal_unavailable', error),
      isFromWorkflow: false,
    };
  }
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure
    ? { failure: toApiError(cause, row) ?? error, isFromWorkflow: true }
    : { failure: error, isFromWorkflow: false };
}

function toApiError(
  { type, message, details }: ApplicationFailure,
  row: Pick<RegistrationModel, 'name' | 'target'>,
): ApiError | null {
  const wrong = (code: string, path: string) =>
    new ApiError(422, code, message, { errors: [{ path, message }] });
  const later = (code: string, seconds: number) =>
    new ApiError(503, code, message, { headers: { 'Retry-After': String(seconds) } });
  switch (type) {
    case NAME_TAKEN_AT_GITHUB:
      return new NameTakenError(row.name, row.target);
    case RUNNER_GROUP_UNKNOWN:
      return wrong('runner_group_unknown', 'runner_group');
    case GITHUB_REFUSED:
      return wrong('github_refused', 'target');
    case RATE_LIMITED: {
      const until = Date.parse(String(details?.[0]));
      const seconds = Number.isNaN(until) ? 60 : Math.ceil((until - Date.now()) / 1000);
      return later('github_rate_limited', Math.max(1, seconds));
    }
    case GITHUB_UNAVAILABLE:
      return later('github_unavailable', 30);
    default:
      return null;
  }
}
