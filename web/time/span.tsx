import { between, formatCoarseDuration } from './duration.ts';
import { Elapsed } from './elapsed.tsx';

export interface SpanProps {
  from: string | null;
  to: string | null;
  /** Nothing more will happen, so that an open end stays open. */
  ended: boolean;
}

/** The time between two of GitHub's moments; it ticks while the second is still to come. */
export function Span({ from, to, ended }: SpanProps) {
  if (from === null || (to === null && ended)) return <span aria-label="none">–</span>;
  if (to === null) return <Elapsed since={from} />;
  return formatCoarseDuration(between(from, to) ?? 0);
}
