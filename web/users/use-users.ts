import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { Page, User } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

/** Everyone who has an account, page by page. */
export function useUsers() {
  return useInfiniteQuery({
    queryKey: keys.users,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      call<Page<User>>('GET', '/api/auth/users', {
        query: { limit: '50', ...(pageParam !== null && { cursor: pageParam }) },
      }),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}

export interface NewUser {
  username: string;
  name: string;
  email?: string;
  role: User['role'];
  scope: User['scope'];
}

/** Creates a user; the answer holds the password that was made, this once. */
export function useCreateUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: NewUser) =>
      call<User & { initial_password?: string }>('POST', '/api/auth/users', { json }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
    gcTime: 0,
  });
}

export interface UserChange {
  name?: string;
  email?: string | null;
  role?: User['role'];
  scope?: User['scope'];
  active?: boolean;
  password?: string;
}

/** Changes a user; one's own rights may change by it. */
export function useUpdateUser(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: UserChange) =>
      call<User>('PUT', `/api/auth/users/${encodeURIComponent(id)}`, { json }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.users }),
        client.invalidateQueries({ queryKey: keys.session }),
      ]),
    gcTime: 0,
  });
}

/** Deletes a user with sessions and tokens. */
export function useDeleteUser(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<void>('DELETE', `/api/auth/users/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}
