import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { Profile } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** Exchanges a password for session cookies, which no script can read. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) =>
      call<{ profile: Profile }>('POST', '/api/auth/login', {
        json: { ...credentials, cookies: true },
      }),
    onSuccess: ({ profile }) => client.setQueryData(keys.session, profile),
    // The password would otherwise stay in the mutation's record until it is collected.
    gcTime: 0,
  });
}
