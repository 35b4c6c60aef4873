import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** Exchanges a password for session cookies, which no script can read. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (credentials: Credentials) => {
      const answer = await api.auth.login.$post({ json: { ...credentials, cookies: true } });
      return answer.json();
    },
    onSuccess: ({ profile }) => client.setQueryData(keys.session, profile),
    // The password would otherwise stay in the mutation's record until it is collected.
    gcTime: 0,
  });
}
