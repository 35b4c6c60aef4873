import { VisuallyHidden } from '@mantine/core';
import { useLive } from '../live/live-context.ts';
import type { StreamState } from '../live/stream.ts';
import classes from './connection-state.module.css';

const WORDS: Readonly<Record<StreamState, { text: string; meaning: string }>> = {
  connecting: { text: 'Connecting…', meaning: 'Live updates are about to start' },
  live: { text: 'Live', meaning: 'Changes appear as they happen' },
  reconnecting: {
    text: 'Reconnecting…',
    meaning: 'The connection was lost; what is shown may be out of date until it is back',
  },
};

/** Whether what is shown is up to date, in words. */
export function ConnectionState() {
  const { state } = useLive();
  const { text, meaning } = WORDS[state];
  return (
    <div role="status" className={classes['root']} data-state={state} title={meaning}>
      <span className={classes['dot']} aria-hidden />
      <VisuallyHidden>Updates: </VisuallyHidden>
      {text}
    </div>
  );
}
