import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

/** Exchanges a token for a session cookie, which no script can read; the token is not kept. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: keys.signIn,
    mutationFn: async (token: string) => (await api.session.$post({ json: { token } })).json(),
    onSuccess: (session) => client.setQueryData(keys.session, session),
    // The token would otherwise stay in the mutation's record until it is collected.
    gcTime: 0,
  });
}
