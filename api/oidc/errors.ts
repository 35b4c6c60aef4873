import { ApiError, NotSignedInError } from '../errors.ts';

/** A bearer token of an identity provider that doesn't count; says what its owner can mend. */
export class InvalidTokenError extends NotSignedInError {
  override readonly code = 'invalid_token';
  override readonly headers: Readonly<Record<string, string>>;

  constructor(detail = 'The token is not valid') {
    super(detail);
    // RFC 6750: a description has no quotes and backslashes, and none of ours does
    const challenge = `Bearer error="invalid_token", error_description="${detail}"`;
    this.headers = { 'WWW-Authenticate': challenge };
  }
}

/** The identity provider doesn't answer as it should; trying again later is the remedy. */
export class ProviderUnavailableError extends ApiError {
  constructor(name: string, cause?: unknown) {
    super(
      503,
      'identity_provider_unavailable',
      `The identity provider ${name} can't be reached at the moment: try again`,
      { headers: { 'Retry-After': '5' }, cause },
    );
  }
}

/** Why a sign-in at an identity provider came to nothing; the dashboard has a sentence for each. */
export type SignInProblem =
  | 'unknown_issuer'
  | 'issuer_unavailable'
  | 'expired'
  | 'invalid_state'
  | 'access_denied'
  | 'invalid_answer'
  | 'no_role'
  | 'inactive';

export class SignInError extends Error {
  readonly problem: SignInProblem;

  constructor(problem: SignInProblem, cause?: unknown) {
    super(`The sign-in failed: ${problem}`, { cause });
    this.name = 'SignInError';
    this.problem = problem;
  }
}
