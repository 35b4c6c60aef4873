import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../client/keys.ts';

/** Shows the sign-in page, and drops all that was loaded for whoever was signed in. */
export function forgetSession(client: QueryClient): void {
  client.setQueryData(keys.session, null);
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
}
