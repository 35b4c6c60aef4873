import {
  type RefObject,
  type UIEvent,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';

/** Pixels from the end within which the reader counts as being at it. */
const NEAR = 24;

/**
 * Keeps a scrolling element at its end while its content grows, until the reader scrolls up; back at
 * the end it follows again.
 *
 * @param content - changes whenever there is more
 */
export function useFollowEnd(content: unknown): {
  element: RefObject<HTMLDivElement | null>;
  following: boolean;
  setFollowing: (following: boolean) => void;
  onScroll: (event: UIEvent<HTMLDivElement>) => void;
} {
  const element = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);

  useLayoutEffect(() => {
    if (following && element.current) element.current.scrollTop = element.current.scrollHeight;
  }, [content, following]);

  const onScroll = useCallback((event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    // Content that grew moves the end away without moving the reader: only going up counts.
    if (atEnd) setFollowing(true);
    else if (scrollTop < lastTop.current) setFollowing(false);
    lastTop.current = scrollTop;
  }, []);

  return { element, following, setFollowing, onScroll };
}
