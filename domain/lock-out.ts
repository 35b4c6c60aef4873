/** What failed sign-ins are counted of. */
export type ThrottleKind = 'account' | 'address';

/**
 * Failures that cost nothing: of an account few, as they may be guesses of its password; from an
 * address more, as many people may share it.
 */
export const FREE_FAILURES: Record<ThrottleKind, number> = { account: 4, address: 19 };

const FIRST_LOCK = 30_000;
/** Longest lock: whoever locks somebody else's account on purpose keeps them out for so long. */
const LONGEST_LOCK = 15 * 60_000;

/** Milliseconds after which failures no longer count. */
export const FAILURES_COUNT_FOR = 24 * 3_600_000;

/**
 * How long nobody may try again after so many failures in a row: 30 s after the first that isn't
 * free, twice as long after each further one, 15 min at most.
 *
 * @returns milliseconds; 0: at once
 */
export function lockTime(kind: ThrottleKind, failures: number): number {
  const beyond = failures - FREE_FAILURES[kind];
  if (beyond <= 0) return 0;
  return Math.min(LONGEST_LOCK, FIRST_LOCK * 2 ** Math.min(beyond - 1, 32));
}
