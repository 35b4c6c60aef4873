import { Button } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { Link } from 'react-router';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';

/** For the address of a team that isn't there. */
export function NoSuchTeam() {
  return (
    <Page title="No such team">
      <EmptyState
        heading={1}
        title="There is no such team"
        icon={<SearchX size={28} />}
        action={
          <Button component={Link} to="/teams" variant="default">
            To the teams
          </Button>
        }
      >
        It may have been deleted, or the address is mistyped.
      </EmptyState>
    </Page>
  );
}
