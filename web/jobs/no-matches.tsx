import { Button } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { EmptyState } from '../layout/empty-state.tsx';

/** When filters leave nothing. */
export function NoMatches({ clear }: { clear: () => void }) {
  return (
    <EmptyState
      heading={2}
      title="No job matches"
      icon={<SearchX size={28} />}
      action={
        <Button variant="default" size="compact-md" onClick={clear}>
          Clear the filters
        </Button>
      }
    >
      A job that matches will appear here by itself.
    </EmptyState>
  );
}
