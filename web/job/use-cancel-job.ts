import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

export interface CancelWish {
  reason: string;
  scope: 'run' | 'runner';
}

/** Asks for a job to be ended; that it is, live events tell. */
export function useCancelJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ reason, scope }: CancelWish) => {
      const json = { scope, ...(reason !== '' && { reason }) };
      return (await api.jobs[':id'].cancel.$post({ param: { id }, json })).json();
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.job(id) }),
  });
}
