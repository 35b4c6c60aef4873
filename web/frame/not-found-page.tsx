import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';

/** For addresses that lead nowhere. */
export function NotFoundPage() {
  return (
    <Page title="Not found">
      <EmptyState
        heading={1}
        title="There is no such page"
        action={
          <Button component={Link} to="/" variant="default">
            To the overview
          </Button>
        }
      >
        The address may be mistyped, or the page may have moved.
      </EmptyState>
    </Page>
  );
}
