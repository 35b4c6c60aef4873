import { randomUUID } from 'node:crypto';
import { errors, importJWK, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { SigningKey } from '../../config/signing-keys.ts';

/** Pinned: what a token's own header says of the algorithm counts for nothing. */
const ALGORITHM = 'EdDSA';
export const ISSUER = 'urn:runyard';
const AUDIENCE = 'urn:runyard:api';
const TYPE = 'at+jwt';

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  jti: z.uuid(),
  exp: z.number(),
  role: z.string(),
  scope: z.string(),
});

/** What an access token says: who, in which session, and what they were then. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  role: string;
  scope: string;
  expiresAt: Date;
}

type Verified = { claims: AccessClaims } | { refused: 'expired' | 'invalid' };
type Key = Awaited<ReturnType<typeof importJWK>>;

/** Short-lived signed tokens; the first key signs, all verify. */
export class AccessTokens {
  readonly #lifetime: number;
  readonly #signer: { kid: string; key: Promise<Key> };
  readonly #verifiers: ReadonlyMap<string, Promise<Key>>;

  /** @param lifetime - milliseconds */
  constructor(keys: readonly SigningKey[], lifetime: number) {
    const [first] = keys;
    if (!first) throw new Error('There is no key to sign with');
    this.#lifetime = lifetime;
    this.#signer = { kid: first.kid, key: importJWK(first, ALGORITHM) };
    this.#verifiers = new Map(
      keys.map(({ kid, kty, crv, x }) => [kid, importJWK({ kty, crv, x }, ALGORITHM)]),
    );
  }

  async issue(
    claims: Omit<AccessClaims, 'expiresAt'>,
  ): Promise<{ token: string; expiresAt: Date; seconds: number }> {
    const seconds = Math.max(1, Math.round(this.#lifetime / 1000));
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({
      sid: claims.sessionId,
      role: claims.role,
      scope: claims.scope,
    })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#signer.kid, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(claims.userId)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(await this.#signer.key);
    return { token, expiresAt: new Date((now + seconds) * 1000), seconds };
  }

  async verify(token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#keyOf(header), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
      });
      const claims = claimsSchema.parse(payload);
      return {
        claims: {
          userId: claims.sub,
          sessionId: claims.sid,
          role: claims.role,
          scope: claims.scope,
          expiresAt: new Date(claims.exp * 1000),
        },
      };
    } catch (error) {
      return { refused: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
    }
  }

  #keyOf({ kid }: JWTHeaderParameters): Promise<Key> {
    const key = kid === undefined ? undefined : this.#verifiers.get(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}
