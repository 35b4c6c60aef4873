import { ApiError } from '../client/api-error.ts';

/** What to tell someone whose sign-in failed. */
export function signInProblem(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  if (error.status === 401) {
    return 'This is not the admin token. Check that it is whole, and of this Runyard.';
  }
  if (error.status === 429) return 'Too many tries. Wait a minute, then try again.';
  return error.message;
}
