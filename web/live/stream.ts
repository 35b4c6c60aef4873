/** `connecting`: for the first time; `reconnecting`: it was lost or refused, and is tried again. */
export type StreamState = 'connecting' | 'live' | 'reconnecting';

export interface StreamOptions {
  url: string;
  /** Names of the server's events. */
  events: readonly string[];
  onEvent: (name: string, data: string, id: string) => void;
  onState: (state: StreamState) => void;
  /** A connection begins that doesn't resume an earlier one. */
  onOpen?: () => void;
  /** The server answered with an error, which the browser doesn't tell: signed out, or overloaded. */
  onRefused: () => void;
}

const LONGEST_PAUSE = 30_000;
const HIDDEN_GRACE = 10_000;

/**
 * Follows server-sent events until the returned function is called.
 *
 * A lost connection is the browser's to mend: it reconnects with `Last-Event-ID`, and the server
 * resumes. After a refusal the browser gives up, so a new connection is opened here, with growing
 * pauses. A tab that is hidden for a while lets go of its connection, because a browser allows six
 * to one server over HTTP/1.1, over all tabs; it comes back as soon as the tab is looked at.
 */
export function followStream(options: StreamOptions): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusals = 0;

  function open(): void {
    const current = new EventSource(options.url);
    let begun = false;
    source = current;
    current.onopen = () => {
      refusals = 0;
      if (!begun) options.onOpen?.();
      begun = true;
      options.onState('live');
    };
    current.onerror = () => {
      options.onState('reconnecting');
      if (current.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, Math.min(LONGEST_PAUSE, 1000 * 2 ** refusals));
      refusals += 1;
      options.onRefused();
    };
    for (const name of options.events) {
      current.addEventListener(name, (event: MessageEvent<string>) =>
        options.onEvent(name, event.data, event.lastEventId),
      );
    }
  }

  function release(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  function onVisibility(): void {
    if (document.hidden) {
      clearTimeout(timer);
      timer = setTimeout(release, HIDDEN_GRACE);
      return;
    }
    clearTimeout(timer);
    if (source && source.readyState !== EventSource.CLOSED) return;
    options.onState('reconnecting');
    open();
  }

  options.onState('connecting');
  open();
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    release();
  };
}
