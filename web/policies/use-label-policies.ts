import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import type { LabelPolicyView } from '../../api/schemas/label-policy.ts';
import { keys } from '../client/keys.ts';

const policies = api.v1.admin['label-policies'];

/** The label policy of everyone who has none of their own. */
export const DEFAULT_SUBJECT = 'default';

/** Every label policy, page by page. */
export function useLabelPolicies() {
  return useInfiniteQuery({
    queryKey: keys.labelPolicies,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await policies.$get({ query: pageParam === null ? {} : { cursor: pageParam } })).json(),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}

export type LabelPolicyWish = Omit<LabelPolicyView, 'updated_at'>;

/** Sets the policy of a subject, in place of the one it had. */
export function useSetLabelPolicy() {
  const changed = useChanged();
  return useMutation({
    mutationFn: async (json: LabelPolicyWish) => (await policies.$post({ json })).json(),
    onSuccess: changed,
  });
}

/** Deletes a policy; the default one takes its place. */
export function useDeleteLabelPolicy(subject: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: () => policies[':subject'].$delete({ param: { subject } }),
    onSuccess: changed,
  });
}

function useChanged() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [keys.labelPolicies, keys.teams].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}
