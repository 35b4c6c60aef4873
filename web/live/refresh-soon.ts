import type { QueryClient, QueryKey } from '@tanstack/react-query';

/** Milliseconds; a burst of events then costs one request a second, not one an event. */
const PAUSE = 1000;

/** Answers asked for within the last pause; true where they have to be asked for again after it. */
const resting = new Map<string, boolean>();

/**
 * Asks for an answer again: at once, and then at most once a pause, however often this is called.
 * A request that is under way is let come to its end, or a slow server would never get to answer.
 */
export function refreshSoon(client: QueryClient, queryKey: QueryKey): void {
  const name = JSON.stringify(queryKey);
  if (resting.has(name)) {
    resting.set(name, true);
    return;
  }
  const isUnderWay = client.isFetching({ queryKey, exact: true }) > 0;
  resting.set(name, isUnderWay);
  if (!isUnderWay) void client.invalidateQueries({ queryKey, exact: true });
  setTimeout(() => {
    const again = resting.get(name);
    resting.delete(name);
    if (again) refreshSoon(client, queryKey);
  }, PAUSE);
}
