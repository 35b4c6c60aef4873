import { REDACTED } from '../redaction.ts';

/** Names under which nothing but a secret stands, without regard to case, `_` and `-`. */
const SECRET_NAMES = new Set([
  'password',
  'currentpassword',
  'newpassword',
  'initialpassword',
  'passwordhash',
  'secret',
  'clientsecret',
  'webhooksecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'apitoken',
  'registrationtoken',
  'removetoken',
  'csrftoken',
  'apikey',
  'privatekey',
  'signingkey',
  'jitconfig',
  'encodedjitconfig',
  'authorization',
  'cookie',
  'setcookie',
]);

/** Secrets that tell themselves by how they look. What the first group holds, if anything, stays. */
const SECRETS = [
  // GitHub's tokens, and Runyard's own
  /\bgh[a-z]_\w{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bry[a-z]_[\w-]{16,}/g,
  // GitHub's registration tokens
  /\bA[A-Z0-9]{28,40}\b/g,
  // JSON Web Tokens
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*/g,
  // JSON in base64, as JIT configurations are
  /\be[yw][A-Za-z0-9+/]{60,}={0,2}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\$(?:argon2(?:id|i|d)?|2[aby]|scrypt)\$[^\s"']+/g,
  // what stands before the host in an address: a private clone's credentials
  /(:\/\/)[^\s/?#@]+(?=@)/g,
  /\b((?:bearer|basic) +)[\w.~+/=-]{8,}/gi,
  // password=…, "token": "…", --token …
  /((?:password|passwd|secret|token|api[_-]?key|private[_-]?key|jit[_-]?config)["']?(?:\s*[=:]\s*|\s+(?=[\w-]*\d))["']?)(?!\*{3})[^\s"'&,;]{6,}/gi,
];

/** True for a name whose value is a secret, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.replaceAll(/[^a-z]/gi, '').toLowerCase());
}

/**
 * A text without the secrets that stand in it: tokens, keys, passwords, JIT configurations, credentials
 * in addresses. A second line of defence: whoever writes an event leaves secrets out to begin with.
 */
export function redactSecrets(text: string): string {
  return SECRETS.reduce(
    (rest, secret) =>
      rest.replace(secret, (_, kept: unknown) =>
        typeof kept === 'string' ? kept + REDACTED : REDACTED,
      ),
    text,
  );
}
