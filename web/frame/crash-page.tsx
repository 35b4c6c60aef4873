import { Button, Center } from '@mantine/core';
import { useRouteError } from 'react-router';
import { EmptyState } from '../layout/empty-state.tsx';

/**
 * When a page breaks. Most often its code could not be loaded, because Runyard was updated since
 * the dashboard was opened: loading everything anew mends that.
 */
export function CrashPage() {
  const error = useRouteError();
  return (
    <Center mih="60dvh">
      <title>Something went wrong · Runyard</title>
      <EmptyState
        title="This page could not be shown"
        action={<Button onClick={() => window.location.reload()}>Load the dashboard anew</Button>}
      >
        {error instanceof Error ? error.message : 'Something unexpected happened.'}
      </EmptyState>
    </Center>
  );
}
