import { createHash, randomBytes } from 'node:crypto';

/** A new token with GitHub's prefix for its kind. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(27).toString('base64url').replace(/[-_]/g, 'x')}`;
}

/** What is kept of a token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
