import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import { forgetSession } from './forget-session.ts';

/** Ends the session at the server, then here. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<void>('POST', '/api/auth/logout', { json: {} }),
    onSuccess: () => forgetSession(client),
  });
}
