/** What GitHub still allows within the running hour. */
export interface RequestBudget {
  limit: number;
  remaining: number;
  /** Milliseconds since the epoch. */
  resetsAt: number;
}

/** Under this part of the budget polling slows down; under the second it stops until the reset. */
const SLOW_BELOW = 0.5;
const STOP_BELOW = 0.1;
const SLOWER = 4;
/** A setting of 0 must not make a loop without a pause. */
const LEAST = 50;

/**
 * Milliseconds until GitHub is asked again. Launching runners must always have budget, so polling
 * leaves it what there is: four times slower under half of it, none under a tenth.
 *
 * @param interval - milliseconds, as set
 * @param chance - 0 to 1: spreads what began together over half an interval
 * @param now - milliseconds since the epoch
 */
export function pollDelay(
  interval: number,
  budget: RequestBudget | null,
  chance: number,
  now: number,
): number {
  const spread = Math.max(LEAST, interval) * (0.75 + chance / 2);
  if (budget === null || budget.limit <= 0 || budget.resetsAt <= now) return spread;
  const left = budget.remaining / budget.limit;
  const afterReset = budget.resetsAt - now + spread;
  if (left < STOP_BELOW) return afterReset;
  return left < SLOW_BELOW ? Math.min(spread * SLOWER, afterReset) : spread;
}
