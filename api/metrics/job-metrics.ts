import type { Pool as ConnectionPool } from 'pg';
import { isTerminal, JOB_STATUSES } from '../../domain/job-status.ts';
import type { Pool } from '../../domain/pool.ts';
import { family, type MetricFamily } from './metric-family.ts';

/** Seconds. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600];

const PHASES = `VALUES
  ('queue', admitted_at - queued_at), ('claim', claimed_at - admitted_at),
  ('launch', container_started_at - claimed_at), ('pickup', picked_up_at - container_started_at),
  ('run', completed_at - picked_up_at), ('teardown', removed_at - completed_at)`;

/**
 * Jobs that settled since the last look, in the order in which they did. What is younger than two
 * seconds waits for the next one: a statement that took an earlier number may not be visible yet. So
 * does a job, with all behind it, whose container is still to be removed, for a minute at most.
 */
const UP_TO = `SELECT COALESCE(
    min(settled_sequence) FILTER (WHERE settled_at > now() - interval '2 seconds'
      OR (settled_at > now() - interval '1 minute'
        AND container_started_at IS NOT NULL AND removed_at IS NULL)) - 1,
    max(settled_sequence), $1)::text AS last
  FROM jobs WHERE settled_sequence > $1`;

const OUTCOMES = `SELECT COALESCE(pool, '') AS pool, status, COALESCE(error_code, '') AS reason,
    count(*)::float AS count
  FROM jobs WHERE settled_sequence > $1 AND settled_sequence <= $2 GROUP BY 1, 2, 3`;

/**
 * `bucket` counts the bounds that a duration does not exceed (they include their value, hence the
 * negation). GitHub's clock is not ours: what would be negative is 0.
 */
const DURATIONS = `SELECT COALESCE(pool, '') AS pool, phase, count(*)::float AS count,
    sum(seconds)::float AS sum, width_bucket(-seconds, $3::float[]) AS bucket
  FROM jobs CROSS JOIN LATERAL (${PHASES}) AS phases (phase, duration)
    CROSS JOIN LATERAL (
      SELECT GREATEST(0, extract(epoch FROM duration))::float AS seconds) AS measured
  WHERE settled_sequence > $1 AND settled_sequence <= $2 AND duration IS NOT NULL
    AND status <> 'ignored'
  GROUP BY 1, 2, 5`;

const CURRENT = `SELECT COALESCE(pool, '') AS pool, status, count(*)::float AS count
  FROM jobs WHERE status = ANY($1::text[]) GROUP BY 1, 2`;

interface Distribution {
  labels: { pool: string; phase: string };
  /** By bucket, not cumulated; the last is beyond every bound. */
  counts: number[];
  sum: number;
}

/**
 * Figures of jobs, computed from their records, so that they survive restarts and are the same at
 * every instance. Each look reads only what settled since the last.
 */
export class JobMetrics {
  readonly #connections: ConnectionPool;
  readonly #pools: readonly Pool[];
  readonly #outcomes = new Map<string, { labels: Record<string, string>; value: number }>();
  readonly #failures = new Map<string, { labels: Record<string, string>; value: number }>();
  readonly #durations = new Map<string, Distribution>();
  #last = '0';
  #looking: Promise<MetricFamily[]> | null = null;

  constructor(connections: ConnectionPool, pools: readonly Pool[]) {
    this.#connections = connections;
    this.#pools = pools;
  }

  /** Scrapes that come at once share one look. */
  collect(): Promise<MetricFamily[]> {
    this.#looking ??= this.#collect().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #collect(): Promise<MetricFamily[]> {
    await this.#foldSettled();
    return [
      family('counter', 'runyard_jobs_total', 'Jobs that are over, by how they ended', [
        ...this.#outcomes.values(),
      ]),
      family(
        'counter',
        'runyard_launch_failures_total',
        'Jobs that Runyard could not run, by error code',
        [...this.#failures.values()],
      ),
      family('gauge', 'runyard_jobs', 'Jobs under way', await this.#current()),
      this.#histogram(),
    ];
  }

  async #foldSettled(): Promise<void> {
    const upTo = await this.#connections.query<{ last: string }>(UP_TO, [this.#last]);
    const last = upTo.rows[0]?.last ?? this.#last;
    if (last === this.#last) return;
    const range = [this.#last, last];
    const [outcomes, durations] = await Promise.all([
      this.#connections.query<{ pool: string; status: string; reason: string; count: number }>(
        OUTCOMES,
        range,
      ),
      this.#connections.query<{
        pool: string;
        phase: string;
        count: number;
        sum: number;
        bucket: number;
      }>(DURATIONS, [...range, BUCKETS.map((bound) => -bound).toReversed()]),
    ]);
    for (const { pool, status, reason, count } of outcomes.rows) {
      add(this.#outcomes, { pool, outcome: status }, count);
      if (reason) add(this.#failures, { pool, reason }, count);
    }
    for (const { pool, phase, count, sum, bucket } of durations.rows) {
      const distribution = this.#distribution(pool, phase);
      const index = BUCKETS.length - bucket;
      distribution.counts[index] = (distribution.counts[index] ?? 0) + count;
      distribution.sum += sum;
    }
    this.#last = last;
  }

  #distribution(pool: string, phase: string): Distribution {
    const key = `${pool}\n${phase}`;
    const known = this.#durations.get(key);
    if (known) return known;
    const counts = Array.from({ length: BUCKETS.length + 1 }, () => 0);
    const fresh = { labels: { pool, phase }, counts, sum: 0 };
    this.#durations.set(key, fresh);
    return fresh;
  }

  async #current() {
    const statuses = JOB_STATUSES.filter((status) => !isTerminal(status));
    const { rows } = await this.#connections.query<{ pool: string; status: string; count: number }>(
      CURRENT,
      [statuses],
    );
    const values = new Map<string, { labels: Record<string, string>; value: number }>();
    // A series that is 0 is there all the same, so that graphs and alerts don't find gaps.
    for (const pool of this.#pools) {
      for (const status of statuses) add(values, { pool: pool.name, status }, 0);
    }
    for (const { pool, status, count } of rows) add(values, { pool, status }, count);
    return [...values.values()];
  }

  #histogram(): MetricFamily {
    const name = 'runyard_job_duration_seconds';
    const values = [...this.#durations.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const bound = BUCKETS[index];
        const le = bound === undefined ? '+Inf' : bound;
        return { labels: { le, ...labels }, value: total, metricName: `${name}_bucket` };
      });
      return [
        ...buckets,
        { labels, value: sum, metricName: `${name}_sum` },
        { labels, value: total, metricName: `${name}_count` },
      ];
    });
    return {
      name,
      help: 'How long each phase of a job took',
      type: 'histogram',
      aggregator: 'sum',
      values,
    };
  }
}

function add(
  values: Map<string, { labels: Record<string, string>; value: number }>,
  labels: Record<string, string>,
  value: number,
): void {
  const key = Object.values(labels).join('\n');
  const known = values.get(key);
  if (known) known.value += value;
  else values.set(key, { labels, value });
}
