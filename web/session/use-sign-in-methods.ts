import { useQuery } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { SignInMethods } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

/** The ways in that this Runyard offers. */
export function useSignInMethods() {
  return useQuery({
    queryKey: keys.signInMethods,
    queryFn: () => call<SignInMethods>('GET', '/api/auth/methods'),
  });
}
