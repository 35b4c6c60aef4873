import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { forgetSession } from './forget-session.ts';

/** Ends the session at the server, then here. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.auth.logout.$post(),
    onSuccess: () => forgetSession(client),
  });
}
