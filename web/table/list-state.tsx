import { Box, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorNotice } from '../layout/error-notice.tsx';

export interface ListStateProps {
  /** How the loading of the list stands. */
  query: { isPending: boolean; error: Error | null; refetch: () => unknown };
  /** True where there is nothing to show. */
  isEmpty: boolean;
  /** Stands in the place of an empty list. */
  empty: ReactNode;
  /** Pixels of the list's shape while it loads. */
  height?: number;
  children: ReactNode;
}

/** A list, or what stands in its place: that it loads, that it failed, that there is nothing. */
export function ListState({ query, isEmpty, empty, height = 200, children }: ListStateProps) {
  return (
    <>
      {query.error ? (
        <Box p="md">
          <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        </Box>
      ) : null}
      {query.isPending ? (
        <Box p="md" role="status" aria-label="Loading" aria-busy>
          <Skeleton h={height} />
        </Box>
      ) : null}
      {!query.isPending && isEmpty && !query.error ? empty : null}
      {isEmpty ? null : children}
    </>
  );
}
