import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../client/call.ts';
import type { LabelPolicyView } from '../../api/schemas/label-policy.ts';
import type { Page } from '../client/contract.ts';
import { keys } from '../client/keys.ts';

/** The label policy of everyone who has none of their own. */
export const DEFAULT_SUBJECT = 'default';

/** Every label policy. */
export function useLabelPolicies() {
  return useQuery({
    queryKey: keys.labelPolicies,
    queryFn: () => call<Page<LabelPolicyView>>('GET', '/api/v1/admin/label-policies'),
    staleTime: 0,
  });
}

export type LabelPolicyWish = Omit<LabelPolicyView, 'updated_at'>;

/** Sets the policy of a subject, in place of the one it had. */
export function useSetLabelPolicy() {
  const changed = useChanged();
  return useMutation({
    mutationFn: (json: LabelPolicyWish) =>
      call<LabelPolicyView>('POST', '/api/v1/admin/label-policies', { json }),
    onSuccess: changed,
  });
}

/** Deletes a policy; the default one takes its place. */
export function useDeleteLabelPolicy(subject: string) {
  const changed = useChanged();
  return useMutation({
    mutationFn: () =>
      call<void>('DELETE', `/api/v1/admin/label-policies/${encodeURIComponent(subject)}`),
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
