import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../client/api.ts';
import { keys } from '../client/keys.ts';
import { useLive } from '../live/live-context.ts';
import { refreshSoon } from '../live/refresh-soon.ts';
import { applyToOverview, needsReload } from './apply-to-overview.ts';

/**
 * How things stand. Live events keep it right, but for two things that change by the passing of
 * time alone, the chart's hour and hosts that fall silent; for those it is loaded once a minute.
 */
export function useOverview() {
  const client = useQueryClient();
  const { feed } = useLive();
  return useQuery({
    queryKey: keys.overview,
    queryFn: () =>
      feed.during(
        async () => (await api.overview.$get()).json(),
        (overview, event) => {
          if (needsReload(overview, event)) refreshSoon(client, keys.overview);
          return applyToOverview(overview, event);
        },
      ),
    refetchInterval: 60_000,
  });
}
