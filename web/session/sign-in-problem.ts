import { ApiError } from '../client/api-error.ts';
import { formatWholeDuration } from '../time/duration.ts';

/** What to tell someone whose sign-in failed. */
export function signInProblem(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.code === 'invalid_credentials') {
    return 'Username or password is wrong. Check both; a new password can be set by an administrator.';
  }
  if (error.status === 429) {
    const wait =
      error.retryAfter === null ? 'a minute' : formatWholeDuration(error.retryAfter * 1000);
    return `Too many sign-ins failed. Wait ${wait}, then try again.`;
  }
  return error.message;
}

const CALLBACK_PROBLEMS: Readonly<Record<string, string>> = {
  access_denied: 'The identity provider refused: you declined, or you may not use Runyard.',
  expired: 'The sign-in took too long. Begin anew.',
  invalid_state: 'This sign-in was begun in another browser, or too long ago. Begin anew.',
  no_role:
    'You are known to the identity provider, but nothing there gives you a role in Runyard. Ask an administrator.',
  inactive: 'Your account is not active. Ask an administrator.',
  invalid_answer:
    'What the identity provider answered could not be verified. Try again; an administrator finds the reason in the API’s log.',
  issuer_unavailable: 'The identity provider can’t be reached just now. Try again in a minute.',
};

/** What to tell someone who comes back from an identity provider with an error's code. */
export function callbackProblem(code: string): string {
  return (
    CALLBACK_PROBLEMS[code] ??
    `The sign-in with the identity provider failed (${code}). Try again; if it stays so, an administrator finds the reason in the audit log.`
  );
}
