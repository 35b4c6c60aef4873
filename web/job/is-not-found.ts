import { ApiError } from '../client/api-error.ts';

/** Whether the API knows no such thing. */
export function isNotFound(error: Error): boolean {
  return error instanceof ApiError && error.status === 404;
}
