import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';

/**
 * True when one of the secrets signed the body (`X-Hub-Signature-256`), compared in constant time.
 * Works on bytes: `verify` of `@octokit/webhooks-methods` takes a string, and bytes that are not
 * UTF-8 would be changed before they are compared.
 */
export function isSignedBy(
  secrets: readonly string[],
  body: Uint8Array,
  signature: string,
): boolean {
  if (!/^sha256=[0-9a-f]{64}$/i.test(signature)) return false;
  const given = Buffer.from(signature.slice(PREFIX.length), 'hex');
  // No early end: an attacker must not learn which secret came close.
  return secrets
    .map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given))
    .includes(true);
}
