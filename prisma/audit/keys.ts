import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { SigningKey } from '../../config/signing-keys.ts';
import { type Checkpoint, checkpointText } from '../../domain/audit/checkpoint.ts';

/** For the domain, which has no `node:crypto`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** What signs checkpoints and tells whether one is genuine. */
export interface CheckpointKeys {
  sign(head: { sequence: number; hash: Uint8Array }, at: Date): Checkpoint;
  check(point: Checkpoint): 'valid' | 'invalid' | 'unknown_key';
}

/** @param keys - the first signs, all verify; at least one */
export function checkpointKeys(keys: readonly SigningKey[]): CheckpointKeys {
  const [first] = keys;
  if (!first) throw new Error('No key signs the checkpoints of the audit log');
  const signer = createPrivateKey({ key: first, format: 'jwk' });
  const verifiers = new Map(
    keys.map(({ kty, crv, x, kid }) => [
      kid,
      createPublicKey({ key: { kty, crv, x }, format: 'jwk' }),
    ]),
  );
  return {
    sign: ({ sequence, hash }, at) => {
      const point = { sequence, hash, signedAt: at.toISOString(), keyId: first.kid };
      return { ...point, signature: sign(null, checkpointText(point), signer) };
    },
    check: (point) => {
      const verifier = verifiers.get(point.keyId);
      if (!verifier) return 'unknown_key';
      return verify(null, checkpointText(point), verifier, point.signature) ? 'valid' : 'invalid';
    },
  };
}
