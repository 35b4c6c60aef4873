import { Text } from '@mantine/core';
import { NextPage, type PagedList } from './next-page.tsx';

export interface LoadMoreProps {
  list: PagedList;
  count: number;
  /** What is listed: `['job', 'jobs']`. */
  noun: readonly [one: string, several: string];
}

/** Below a list that comes in pages: the next one, or that this is all. */
export function LoadMore({ list, count, noun }: LoadMoreProps) {
  if (count === 0) return null;
  if (list.hasNextPage) return <NextPage list={list} />;
  return (
    <Text size="xs" c="dimmed" ta="center" role="status">
      {count === 1 ? `One ${noun[0]}` : `All ${count} ${noun[1]}`} shown
    </Text>
  );
}
