import { useQuery } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

/** The ways in that this Runyard offers. */
export function useSignInMethods() {
  return useQuery({
    queryKey: keys.signInMethods,
    queryFn: async () => (await api.auth.methods.$get()).json(),
  });
}
