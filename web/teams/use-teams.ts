import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import type { Member } from '../../api/schemas/team.ts';
import { keys } from '../client/keys.ts';

const { teams } = api.v1.admin;

/** Every team, page by page. */
export function useTeams() {
  return useInfiniteQuery({
    queryKey: keys.teams,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await teams.$get({ query: pageParam === null ? {} : { cursor: pageParam } })).json(),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}

/** One team with its members and policy. */
export function useTeam(name: string) {
  return useQuery({
    queryKey: keys.team(name),
    queryFn: async () => (await teams[':name'].$get({ param: { name } })).json(),
    staleTime: 0,
  });
}

export interface TeamWish {
  description: string;
  repositories: string[];
  target: string | null;
}

/** Creates a team. */
export function useCreateTeam() {
  const changed = useChanged();
  return useMutation({
    mutationFn: async (json: TeamWish & { name: string }) => (await teams.$post({ json })).json(),
    onSuccess: changed,
  });
}

/** Changes a team; its name stays. */
export function useUpdateTeam(name: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: async ({ description, repositories, target }: TeamWish) => {
      const json = { description, repositories, target };
      return (await teams[':name'].$patch({ param: { name }, json })).json();
    },
    onSuccess: changed,
  });
}

/** Deletes a team. */
export function useDeleteTeam(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => teams[':name'].$delete({ param: { name } }),
    // Exactly the list: the page of the team that is no more must not ask for it again.
    onSuccess: () => client.invalidateQueries({ queryKey: keys.teams, exact: true }),
  });
}

export interface MemberWish {
  kind: Member['kind'];
  value: string;
  issuer?: string;
  claim?: string;
}

/** Adds whoever the wish describes. */
export function useAddMember(team: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: async (json: MemberWish) =>
      (await teams[':name'].members.$post({ param: { name: team }, json })).json(),
    onSuccess: changed,
  });
}

/** Takes a member off a team. */
export function useRemoveMember(team: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (id: string) =>
      teams[':name'].members[':id'].$delete({ param: { name: team, id } }),
    onSettled: changed,
  });
}

/** One's own teams, too, may be others now. */
function useChanged() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [keys.teams, keys.session].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}
