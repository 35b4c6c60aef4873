import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { applyEvents } from './apply-events.ts';
import { LiveFeed, type LiveEvent } from './feed.ts';
import { LiveContext } from './live-context.ts';
import { followStream, type StreamState } from './stream.ts';

/** Events are shown this often at most, in milliseconds: a burst is drawn once, not a hundred times. */
const FLUSH_INTERVAL = 100;

/** Keeps every cached answer up to date with the server's events for as long as it is mounted. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [feed] = useState(() => new LiveFeed());
  const [state, setState] = useState<StreamState>('connecting');

  useEffect(() => {
    let waiting: LiveEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    function flush(): void {
      timer = undefined;
      const events = waiting;
      waiting = [];
      applyEvents(client, events);
    }
    const stop = followStream({
      url: '/api/events?topics=jobs,hosts',
      events: ['ready', 'job', 'host'],
      onEvent(name, data) {
        // What changed between the first answers and this connection was told to nobody.
        if (name === 'ready') return void client.invalidateQueries();
        const event = { kind: name, value: JSON.parse(data) as unknown } as LiveEvent;
        feed.publish(event);
        waiting.push(event);
        timer ??= setTimeout(flush, FLUSH_INTERVAL);
      },
      onState: setState,
      onRefused: () => void client.invalidateQueries(),
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, feed]);

  const live = useMemo(() => ({ feed, state }), [feed, state]);
  return <LiveContext value={live}>{children}</LiveContext>;
}
