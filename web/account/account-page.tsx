import { Grid, Stack } from '@mantine/core';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { useProfile } from '../session/profile-context.ts';
import { ApiTokensPanel } from './api-tokens-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { ProfilePanel } from './profile-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

/** Everything of one's own: who one is, password, sessions, API tokens. */
export function AccountPage() {
  const profile = useProfile();
  return (
    <Page title="Account">
      <PageHeading title="Account" />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <SessionsPanel />
            <ApiTokensPanel />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <ProfilePanel profile={profile} />
            {profile.has_password ? <PasswordPanel /> : null}
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
