import type { Pool } from './pool.ts';

/**
 * The pool that serves a job: every label of the job is a label of the pool (case counts for
 * nothing, as with GitHub), and of several such pools the one with the fewest labels beyond the
 * job's, then the first by name. A job without labels asks for a runner group only; no pool of
 * labels serves it.
 */
export function matchPool<P extends Pick<Pool, 'name' | 'labels'>>(
  jobLabels: readonly string[],
  pools: readonly P[],
): P | null {
  if (jobLabels.length === 0) return null;
  const wanted = jobLabels.map((label) => label.toLowerCase());
  const serving = pools.filter((pool) => {
    const offered = new Set(pool.labels.map((label) => label.toLowerCase()));
    return wanted.every((label) => offered.has(label));
  });
  serving.sort((a, b) => a.labels.length - b.labels.length || (a.name < b.name ? -1 : 1));
  return serving[0] ?? null;
}
