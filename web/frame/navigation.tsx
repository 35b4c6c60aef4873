import { AppShell, NavLink } from '@mantine/core';
import { BookOpen, LogOut } from 'lucide-react';
import { NavLink as RouterLink, useLocation } from 'react-router';
import { useSignOut } from '../session/use-sign-out.ts';
import { NAVIGATION } from './pages.ts';

/** The navigation at the side; `onNavigate` closes it where it covers the page. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { pathname } = useLocation();
  const signOut = useSignOut();
  return (
    <>
      <AppShell.Section grow component="nav" aria-label="Main">
        {NAVIGATION.map(({ to, label, icon: Icon }) => (
          <NavLink
            key={to}
            component={RouterLink}
            to={to}
            end={to === '/'}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
            onClick={onNavigate}
            variant="light"
          />
        ))}
      </AppShell.Section>
      <AppShell.Section>
        <NavLink
          href="/docs"
          label="API documentation"
          leftSection={<BookOpen size={18} aria-hidden />}
        />
        <NavLink
          component="button"
          type="button"
          label="Sign out"
          description={signOut.error?.message}
          disabled={signOut.isPending}
          leftSection={<LogOut size={18} aria-hidden />}
          onClick={() => signOut.mutate()}
        />
      </AppShell.Section>
    </>
  );
}
