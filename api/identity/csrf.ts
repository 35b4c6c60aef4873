import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SigningKey } from '../../config/signing-keys.ts';

/**
 * Tokens that show that a request was made by the dashboard: its scripts read the one of their
 * session from a cookie and send it as a header, which no other site can do.
 */
export class CsrfTokens {
  readonly #keys: readonly Buffer[];

  /** @param keys - those of the access tokens; what is used here is derived from them */
  constructor(keys: readonly SigningKey[]) {
    this.#keys = keys.map(({ d }) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'runyard csrf', 32)),
    );
  }

  of(sessionId: string): string {
    const [key] = this.#keys;
    if (!key) throw new Error('There is no key');
    return mac(key, sessionId);
  }

  isOf(sessionId: string, token: string): boolean {
    const given = Buffer.from(token);
    return this.#keys.some((key) => {
      const right = Buffer.from(mac(key, sessionId));
      return right.length === given.length && timingSafeEqual(right, given);
    });
  }
}

function mac(key: Buffer, sessionId: string): string {
  return createHmac('sha256', key).update(sessionId).digest('base64url');
}
