import { ApplicationFailure, log } from '@temporalio/workflow';
import {
  GITHUB_UNAVAILABLE,
  PROVISION_FAILURES,
  type RegistrationInput,
} from '../contracts/registration.ts';
import type { PreparedRegistration, Registered } from '../contracts/registration-activities.ts';
import { causeOf, cleaning, provisioning } from './steps.ts';

/** What came of registering. */
export type Provisioned =
  | { prepared: PreparedRegistration; registered: Registered }
  /** `cleanUp`: removes what a lost answer may have left behind. */
  | { failure: ApplicationFailure; cleanUp: () => Promise<void> };

/** Registers at GitHub, once, whatever happens on the way; never rejects. */
export async function provision(input: RegistrationInput): Promise<Provisioned> {
  const { name, target, installationId, labels, runnerGroup, mode, ephemeral, expiresAt } = input;
  const grant = { name, target, installationId, labels, runnerGroup, mode, ephemeral };
  const steps = provisioning(input.times.provision);
  let isPrepared = false;
  try {
    const prepared = await steps.first.prepareRegistration({ ...grant, id: input.id });
    isPrepared = true;
    const registered = await steps.second.registerAtGithub({ ...grant, ...prepared, expiresAt });
    return { prepared, registered: registered.reveal() };
  } catch (error) {
    const cleanUp = async () => {
      if (!isPrepared || mode !== 'jit') return;
      try {
        await cleaning.discardLeftOver(grant);
      } catch (failure) {
        // GitHub itself forgets a registration that is never used
        log.warn('It is not known whether GitHub registered a runner', { error: String(failure) });
      }
    };
    return { failure: failureOf(error), cleanUp };
  }
}

/** Why it failed, for whoever asked for it. */
function failureOf(error: unknown): ApplicationFailure {
  const cause = causeOf(error);
  const types: readonly string[] = PROVISION_FAILURES;
  return cause instanceof ApplicationFailure && cause.type && types.includes(cause.type)
    ? ApplicationFailure.nonRetryable(cause.message, cause.type, ...(cause.details ?? []))
    : ApplicationFailure.nonRetryable(
        'GitHub did not answer in time: ask again later',
        GITHUB_UNAVAILABLE,
      );
}
