import { createContext, useContext } from 'react';
import { LiveFeed } from './feed.ts';
import type { StreamState } from './stream.ts';

export interface Live {
  feed: LiveFeed;
  state: StreamState;
}

export const LiveContext = createContext<Live>({ feed: new LiveFeed(), state: 'connecting' });

/** The live connection of the signed-in part of the dashboard. */
export function useLive(): Live {
  return useContext(LiveContext);
}
