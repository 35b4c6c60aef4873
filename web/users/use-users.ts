import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import type { User } from '../../api/schemas/user.ts';
import { keys } from '../client/keys.ts';

const { users } = api.auth;

/** Everyone who has an account, page by page. */
export function useUsers() {
  return useInfiniteQuery({
    queryKey: keys.users,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await users.$get({ query: pageParam === null ? {} : { cursor: pageParam } })).json(),
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
    mutationFn: async (json: NewUser) => (await users.$post({ json })).json(),
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
    mutationFn: async (json: UserChange) =>
      (await users[':id'].$put({ param: { id }, json })).json(),
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
    mutationFn: () => users[':id'].$delete({ param: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}
