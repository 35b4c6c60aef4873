import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { isSessionOver } from './send.ts';

/**
 * The cache of answers. Live events keep it right, so little is fetched again only because time has
 * passed. `onSignedOut` is called when an answer says that nobody is signed in.
 */
export function createQueryClient(onSignedOut: (client: QueryClient) => void): QueryClient {
  function watch(error: Error): void {
    if (isSessionOver(error)) onSignedOut(client);
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: watch }),
    mutationCache: new MutationCache({ onError: watch }),
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && isPassing(error),
      },
    },
  });
  return client;
}

/** A refusal stays one; a server that is away or overloaded may be back in a moment. */
function isPassing(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}
