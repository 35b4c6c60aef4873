import { useQuery } from '@tanstack/react-query';
import type { JobDetail } from '../../api/schemas/job.ts';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';
import type { LiveEvent } from '../live/feed.ts';
import { useLive } from '../live/live-context.ts';

/** One job with its timeline, live. */
export function useJob(id: string) {
  const { feed } = useLive();
  return useQuery({
    queryKey: keys.job(id),
    queryFn: () =>
      feed.during(async () => (await api.jobs[':id'].$get({ param: { id } })).json(), applyToJob),
  });
}

function applyToJob(job: JobDetail, event: LiveEvent): JobDetail {
  if (event.kind !== 'job' || event.value.id !== job.id) return job;
  return event.value.updated_at < job.updated_at ? job : { ...job, ...event.value };
}
