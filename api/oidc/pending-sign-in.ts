import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { SigningKey } from '../../config/signing-keys.ts';

/** Seconds that somebody has to sign in at their identity provider. */
export const SIGN_IN_LIFETIME = 600;

const pendingSchema = z.object({
  issuer: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});

/** What this server has to remember of a sign-in until its browser comes back. */
export type PendingSignIn = z.output<typeof pendingSchema>;

/**
 * Keeps pending sign-ins with the browsers themselves, encrypted, so that any process of the API can
 * finish what another began, and nobody can begin one for somebody else.
 */
export class PendingSignIns {
  readonly #keys: readonly Buffer[];

  /** @param keys - those of the access tokens; what is used here is derived from them */
  constructor(keys: readonly SigningKey[]) {
    this.#keys = keys.map(({ d }) =>
      Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'runyard sign-in', 32)),
    );
  }

  seal(pending: PendingSignIn): Promise<string> {
    const [key] = this.#keys;
    if (!key) throw new Error('There is no key');
    return new EncryptJWT({ ...pending })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuedAt()
      .setExpirationTime(`${SIGN_IN_LIFETIME}s`)
      .encrypt(key);
  }

  /** Null for one that was not sealed here, or too long ago. */
  async open(sealed: string): Promise<PendingSignIn | null> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          requiredClaims: ['exp'],
        });
        return pendingSchema.parse(payload);
      } catch {
        // sealed with another key, or by nobody
      }
    }
    return null;
  }
}
