import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { keys } from './keys.ts';

/**
 * The cache of answers. Live events keep it right, so little is fetched again only because time has
 * passed. `onSignedOut` is called when any answer but that of signing in says that nobody is.
 */
export function createQueryClient(onSignedOut: (client: QueryClient) => void): QueryClient {
  function watch(error: Error): void {
    if (error instanceof ApiError && error.status === 401) onSignedOut(client);
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: watch }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (mutation.options.mutationKey !== keys.signIn) watch(error);
      },
    }),
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
