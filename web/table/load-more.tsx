import { Button, Center, Text } from '@mantine/core';

export interface LoadMoreProps {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  count: number;
  /** What is listed: `['job', 'jobs']`. */
  noun: readonly [one: string, several: string];
}

/** Below a list that comes in pages: the next one, or that this is all. */
export function LoadMore({ list, count, noun }: LoadMoreProps) {
  if (count === 0) return null;
  return (
    <Center>
      {list.hasNextPage ? (
        <Button
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Load more
        </Button>
      ) : (
        <Text size="xs" c="dimmed" role="status">
          {count === 1 ? `One ${noun[0]}` : `All ${count} ${noun[1]}`} shown
        </Text>
      )}
    </Center>
  );
}
