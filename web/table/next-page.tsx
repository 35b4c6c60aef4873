import { Button, Center } from '@mantine/core';

/** How a list that comes in pages stands. */
export interface PagedList {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Loads the next page of a list, where there is one. */
export function NextPage({ list }: { list: PagedList }) {
  if (!list.hasNextPage) return null;
  return (
    <Center p="xs">
      <Button
        variant="default"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        Load more
      </Button>
    </Center>
  );
}
