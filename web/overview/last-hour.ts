import type { QueueTime } from '../../api/schemas/overview.ts';

export interface ChartPoint {
  /** RFC 3339 */
  at: string;
  p50: number | null;
  p95: number | null;
}

const MINUTE = 60_000;

/** All sixty minutes up to `now` (milliseconds), so that time runs evenly; those without jobs are null. */
export function lastHour(points: readonly QueueTime[], now: number): ChartPoint[] {
  const known = new Map(points.map((point) => [minuteOf(Date.parse(point.at)), point]));
  const last = minuteOf(now);
  return Array.from({ length: 60 }, (_, index) => {
    const minute = last - (59 - index) * MINUTE;
    const point = known.get(minute);
    return {
      at: new Date(minute).toISOString(),
      p50: point?.p50_seconds ?? null,
      p95: point?.p95_seconds ?? null,
    };
  });
}

/** The beginning of a moment's minute; both in milliseconds. */
export function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / MINUTE) * MINUTE;
}
