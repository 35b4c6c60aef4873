import { REDACTED } from '../redaction.ts';
import type { AuditEvent } from './event.ts';
import { isSecretName, redactSecrets } from './redaction.ts';

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
      isSecretName(name) && holdsText(held) ? REDACTED : clean(held),
    ]),
  );
}

function holdsText(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.some(holdsText));
}

/** Too short and too plain to hold a secret of any of the shapes that are looked for. */
const PLAIN = /^[\w.-]{0,19}$/;

/** Secrets are looked for before the cut, since half of one would not be known for what it is. */
function cleanText(text: string): string {
  if (PLAIN.test(text)) return text;
  const shown = redactSecrets(text.slice(0, LONGEST + 1_000));
  const short = text.length > LONGEST ? `${shown.slice(0, LONGEST)}… (cut)` : shown;
  return short.replace(UNSTORABLE, '\uFFFD');
}
