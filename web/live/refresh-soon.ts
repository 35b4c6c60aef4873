import type { QueryClient, QueryKey } from '@tanstack/react-query';

/** Milliseconds; a burst of events then costs one request a second, not one an event. */
const PAUSE = 1000;

const planned = new Set<string>();

/** Asks for an answer again, a moment from now, however often this is called until then. */
export function refreshSoon(client: QueryClient, queryKey: QueryKey): void {
  const name = JSON.stringify(queryKey);
  if (planned.has(name)) return;
  planned.add(name);
  setTimeout(() => {
    planned.delete(name);
    void client.invalidateQueries({ queryKey, exact: true });
  }, PAUSE);
}
