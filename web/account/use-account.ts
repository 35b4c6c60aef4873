import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { Session } from '../../api/schemas/auth.ts';
import type { ApiToken, Page } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

/** The sessions of whoever is signed in. */
export function useOwnSessions() {
  return useQuery({
    queryKey: keys.ownSessions,
    queryFn: () => call<Page<Session>>('GET', '/api/auth/sessions'),
    staleTime: 0,
  });
}

/** Ends sessions, one after the other. */
export function useEndSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        await call<void>('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.ownSessions }),
  });
}

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

/** Sets another password; the other sessions end by it. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: PasswordChange) => call<void>('POST', '/api/auth/password', { json }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.ownSessions }),
    gcTime: 0,
  });
}

/** The API tokens of whoever is signed in. */
export function useApiTokens() {
  return useQuery({
    queryKey: keys.apiTokens,
    queryFn: () => call<Page<ApiToken>>('GET', '/api/auth/tokens'),
    staleTime: 0,
  });
}

export interface ApiTokenWish {
  name: string;
  permissions?: string[];
  expires_in_days?: number;
}

/** Makes an API token; the answer holds it, this once. */
export function useCreateApiToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: ApiTokenWish) =>
      call<ApiToken & { token: string }>('POST', '/api/auth/tokens', { json }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
    gcTime: 0,
  });
}

/** Makes an API token worthless at once. */
export function useRevokeApiToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call<void>('DELETE', `/api/auth/tokens/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
  });
}
