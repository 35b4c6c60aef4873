import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { Member, Team } from '../../api/schemas/team.ts';
import type { Page } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

const addressOf = (name: string) => `/api/v1/admin/teams/${encodeURIComponent(name)}`;

/** Every team. */
export function useTeams() {
  return useQuery({
    queryKey: keys.teams,
    queryFn: () => call<Page<Team>>('GET', '/api/v1/admin/teams'),
    staleTime: 0,
  });
}

/** One team with its members and policy. */
export function useTeam(name: string) {
  return useQuery({
    queryKey: keys.team(name),
    queryFn: () => call<Team>('GET', addressOf(name)),
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
    mutationFn: (json: TeamWish & { name: string }) =>
      call<Team>('POST', '/api/v1/admin/teams', { json }),
    onSuccess: changed,
  });
}

/** Changes a team; its name stays. */
export function useUpdateTeam(name: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: ({ description, repositories, target }: TeamWish) =>
      call<Team>('PATCH', addressOf(name), { json: { description, repositories, target } }),
    onSuccess: changed,
  });
}

/** Deletes a team. */
export function useDeleteTeam(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<void>('DELETE', addressOf(name)),
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
    mutationFn: (json: MemberWish) => call<Member>('POST', `${addressOf(team)}/members`, { json }),
    onSuccess: changed,
  });
}

/** Takes a member off a team. */
export function useRemoveMember(team: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: (id: string) =>
      call<void>('DELETE', `${addressOf(team)}/members/${encodeURIComponent(id)}`),
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
