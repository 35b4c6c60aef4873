import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

const { password, sessions, tokens } = api.auth;

/** The sessions of whoever is signed in. */
export function useOwnSessions() {
  return useQuery({
    queryKey: keys.ownSessions,
    queryFn: async () => (await sessions.$get()).json(),
    staleTime: 0,
  });
}

/** Ends sessions, one after the other. */
export function useEndSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        await sessions[':id'].$delete({ param: { id } });
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
    mutationFn: (json: PasswordChange) => password.$post({ json }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.ownSessions }),
    gcTime: 0,
  });
}

/** The API tokens of whoever is signed in, page by page. */
export function useApiTokens() {
  return useInfiniteQuery({
    queryKey: keys.apiTokens,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await tokens.$get({ query: pageParam === null ? {} : { cursor: pageParam } })).json(),
    getNextPageParam: (page) => page.next_cursor,
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
    mutationFn: async (json: ApiTokenWish) => (await tokens.$post({ json })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
    gcTime: 0,
  });
}

/** Makes an API token worthless at once. */
export function useRevokeApiToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => tokens[':id'].$delete({ param: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.apiTokens }),
  });
}
