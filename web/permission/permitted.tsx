import { Button, Code } from '@mantine/core';
import { LockKeyhole } from 'lucide-react';
import { Link, Outlet } from 'react-router';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';
import { type Permission, useMay } from './use-may.ts';

/** Shows the pages within to those who may see them, and says so to others. */
export function Permitted({ needs }: { needs: Permission }) {
  if (useMay(needs)) return <Outlet />;
  return (
    <Page title="Not permitted">
      <EmptyState
        heading={1}
        title="You may not see this page"
        icon={<LockKeyhole size={28} />}
        action={
          <Button component={Link} to="/" variant="default">
            To the overview
          </Button>
        }
      >
        It needs the permission <Code>{needs}</Code>, which your account doesn’t have. An
        administrator can change your role.
      </EmptyState>
    </Page>
  );
}
