import { Button } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { Link } from 'react-router';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';

/** For the address of a job that isn't there. */
export function JobNotFound() {
  return (
    <Page title="No such job">
      <EmptyState
        heading={1}
        title="There is no such job"
        icon={<SearchX size={28} />}
        action={
          <Button component={Link} to="/jobs" variant="default">
            To the jobs
          </Button>
        }
      >
        Runyard has never heard of it from GitHub, or the address is mistyped.
      </EmptyState>
    </Page>
  );
}
