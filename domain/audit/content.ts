import type { AuditEvent } from './event.ts';

/** Names of details that can only hold a secret. */
const SECRET_NAME =
  /^(password|secret|token|access_token|refresh_token|api_key|private_key|jit_config|registration_token|client_secret|authorization|cookie)$/i;

/** Secrets that tell themselves: GitHub's tokens, Runyard's own, JWTs, keys, credentials in an address. */
const SECRETS =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|ry[a-z]_[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|(?<=:\/\/)[^\s/@]+@/g;

/** NUL, and halves of a surrogate pair. */
const UNSTORABLE = /\u0000|\p{Surrogate}/gu;

/** Characters of a text in an event; what is longer says where it was cut. */
const LONGEST = 4_000;

/**
 * The text of an event, which is what the chain's hashes cover. Secrets that a writer let through are
 * taken out, and characters that PostgreSQL can't hold are replaced.
 */
export function auditContent(event: AuditEvent): string {
  return JSON.stringify(clean(event));
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      cleanText(name),
      SECRET_NAME.test(name) && typeof held === 'string' ? '***' : clean(held),
    ]),
  );
}

function cleanText(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (cut)` : text;
  return short
    .replace(SECRETS, (found) => (found.endsWith('@') ? '***@' : '***'))
    .replace(UNSTORABLE, '\uFFFD');
}
