import { hash, type Options, parseOptions, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

/**
 * Argon2id as OWASP's password storage cheat sheet has it: 19 MiB, two passes, one lane. The library
 * hashes off the event loop.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } satisfies Options;
/** Hashes at once: each takes 19 MiB and a core for some 50 ms. */
const AT_ONCE = 2;
/** Hashes that wait for that; who comes then is turned away. */
const MOST_WAITING = 64;

const limit = pLimit(AT_ONCE);

/** More passwords came at once than can be looked at: trying again later is the remedy. */
export class TooManyPasswordsError extends Error {
  override name = 'TooManyPasswordsError';
}

/** @returns the password's hash in PHC form */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, PARAMETERS));
}

/** @param passwordHash - in PHC form, of this or of former parameters */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return inTurn(() => verify(passwordHash, password));
}

/** True for a hash of former parameters, which should be made anew when the password is known. */
export function isOutdated(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  return (
    memoryCost !== PARAMETERS.memoryCost ||
    timeCost !== PARAMETERS.timeCost ||
    parallelism !== PARAMETERS.parallelism
  );
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (limit.pendingCount >= MOST_WAITING) throw new TooManyPasswordsError('Too many at once');
  return limit(work);
}
