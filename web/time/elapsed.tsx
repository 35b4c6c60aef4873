import { formatWholeDuration } from './duration.ts';
import { useNow } from './use-now.ts';

/** How long something has been going on, ticking. */
export function Elapsed({ since }: { since: string }) {
  return <span className="numeric">{formatWholeDuration(useNow() - Date.parse(since))}</span>;
}
