import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';

/** Asks for a runner to be launched again. */
export function useRetryJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => (await api.jobs[':id'].retry.$post({ param: { id } })).json(),
    onSettled: () => client.invalidateQueries({ queryKey: keys.job(id) }),
  });
}
