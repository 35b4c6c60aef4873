import { Anchor, AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, ScrollRestoration } from 'react-router';
import { LiveProvider } from '../live/live-provider.tsx';
import { SessionGate } from '../session/session-gate.tsx';
import { ColorSchemeMenu } from './color-scheme-menu.tsx';
import { ConnectionState } from './connection-state.tsx';
import classes from './frame.module.css';
import { Logo } from './logo.tsx';
import { Navigation } from './navigation.tsx';
import { useFocusOnNavigation } from './use-focus-on-navigation.ts';

/** What stands around every page. */
export function Frame() {
  return (
    <SessionGate>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </SessionGate>
  );
}

function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const main = useFocusOnNavigation();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header className={classes['header']}>
        <a
          href="#main"
          className={classes['skip']}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to content
        </a>
        <Group gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
            aria-expanded={opened}
          />
          <Anchor component={Link} to="/" underline="never" className={classes['name']}>
            <Logo size={26} />
            Runyard
          </Anchor>
        </Group>
        <Group gap="sm" wrap="nowrap">
          <ConnectionState />
          <ColorSchemeMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={classes['navbar']}>
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} ref={main} className={classes['main']}>
        <Outlet />
      </AppShell.Main>
      <ScrollRestoration />
    </AppShell>
  );
}
