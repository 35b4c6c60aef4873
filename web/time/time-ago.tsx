import { formatWholeDuration } from './duration.ts';
import { formatMoment } from './moment.ts';
import { useNow } from './use-now.ts';

/** `3 min ago`, ticking, with the exact time on hover and for machines. */
export function TimeAgo({ at }: { at: string }) {
  const passed = useNow() - Date.parse(at);
  const text = passed < 1000 ? 'just now' : `${formatWholeDuration(coarse(passed))} ago`;
  return (
    <time dateTime={at} title={formatMoment(at)} className="numeric">
      {text}
    </time>
  );
}

/** Beyond a minute nobody reads the second unit. */
function coarse(milliseconds: number): number {
  const unit = [86_400_000, 3_600_000, 60_000].find((size) => milliseconds >= size);
  return unit ? Math.floor(milliseconds / unit) * unit : milliseconds;
}
