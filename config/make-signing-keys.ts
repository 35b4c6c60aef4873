import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { SigningKey } from './signing-keys.ts';

/** A set with a new key in front, as AUTH_SIGNING_KEYS and AUDIT_SIGNING_KEYS want it: JSON. */
export function makeSigningKeys(before: readonly SigningKey[] = []): string {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const kid = randomUUID().slice(0, 8);
  const key = { kty: 'OKP', crv: 'Ed25519', kid, x, d } as SigningKey;
  return JSON.stringify({ keys: [key, ...before] });
}
