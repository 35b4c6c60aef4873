import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { InvalidSettingsError } from './load.ts';

const signingKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1).max(64),
  x: z.string(),
  d: z.string(),
});
const keySet = z.object({ keys: z.array(signingKey).min(1).max(16) });

/** A private Ed25519 key as a JWK, with its id. */
export type SigningKey = z.output<typeof signingKey>;

/**
 * The private keys of a JWK set, as AUTH_SIGNING_KEYS and AUDIT_SIGNING_KEYS hold them: the first
 * signs, all verify.
 *
 * @param setting - the setting that it came from, for the message
 * @throws InvalidSettingsError that never shows any of it
 */
export function parseSigningKeys(setting: string, text: string): SigningKey[] {
  const problem = (what: string) =>
    new InvalidSettingsError([
      `${setting}: ${what}. It is a JWK set of private Ed25519 keys, each with a kid; ` +
        `"npx runyard keys make" makes one`,
    ]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw problem('is not JSON');
  }
  const result = keySet.safeParse(parsed);
  if (!result.success) {
    const places = result.error.issues.map(({ path }) => path.join('.') || 'it');
    throw problem(`is not such a set (${[...new Set(places)].join(', ')})`);
  }
  const { keys } = result.data;
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) {
    throw problem('two of its keys have the same kid');
  }
  for (const [place, key] of keys.entries()) {
    try {
      createPrivateKey({ key, format: 'jwk' });
    } catch {
      throw problem(`keys.${place} is not a usable key`);
    }
  }
  return keys;
}
