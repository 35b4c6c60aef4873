import { createHash, randomBytes } from 'node:crypto';

/** How each kind of opaque token begins, so that people and scanners tell them apart. */
export const TOKEN_PREFIXES = { api: 'ryt_', refresh: 'ryr_' } as const;

/** A new opaque token: 256 random bits behind the prefix of its kind. */
export function makeToken(kind: keyof typeof TOKEN_PREFIXES): string {
  return TOKEN_PREFIXES[kind] + randomBytes(32).toString('base64url');
}

/**
 * What is kept of an opaque token, hex. A plain SHA-256 is enough: nobody guesses 256 random bits,
 * however fast they try.
 */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
