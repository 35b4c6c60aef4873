import { type RefObject, type UIEvent, useCallback, useEffect, useRef, useState } from 'react';

/** Pixels from the end within which the reader counts as being at it. */
const NEAR = 24;

export interface FollowEnd {
  /** For the element that scrolls. */
  frame: RefObject<HTMLDivElement | null>;
  /** For the one element within it, which grows. */
  content: RefObject<HTMLDivElement | null>;
  following: boolean;
  setFollowing: (following: boolean) => void;
  /** For the element that scrolls. */
  onScroll: (event: UIEvent<HTMLDivElement>) => void;
}

/**
 * Keeps a scrolling element at its end while its content grows, until the reader scrolls up; back at
 * the end it follows again.
 */
export function useFollowEnd(): FollowEnd {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);

  useEffect(() => {
    if (!following || !frame.current || !content.current) return undefined;
    const scrolling = frame.current;
    // Watched rather than set once: the height is an estimate until what is in view has been drawn.
    const observer = new ResizeObserver(() => {
      scrolling.scrollTop = scrolling.scrollHeight;
    });
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [following]);

  const onScroll = useCallback((event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    // Content that grew moves the end away without moving the reader: only going up counts.
    if (atEnd) setFollowing(true);
    else if (scrollTop < lastTop.current) setFollowing(false);
    lastTop.current = scrollTop;
  }, []);

  return { frame, content, following, setFollowing, onScroll };
}
