import { AppShell, NavLink, ScrollArea } from '@mantine/core';
import { BookOpen, CircleUserRound, LogOut } from 'lucide-react';
import { NavLink as RouterLink, useLocation } from 'react-router';
import { useProfile } from '../session/profile-context.ts';
import { useSignOut } from '../session/use-sign-out.ts';
import { NAVIGATION } from './pages.ts';

/** The navigation at the side; `onNavigate` closes it where it covers the page. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { pathname } = useLocation();
  const profile = useProfile();
  const signOut = useSignOut();
  const pages = NAVIGATION.filter(({ needs }) => profile.permissions.includes(needs));
  return (
    <>
      <AppShell.Section grow component="nav" aria-label="Main" style={{ minHeight: 0 }}>
        <ScrollArea h="100%" viewportProps={{ tabIndex: -1 }}>
          {pages.map(({ to, label, icon: Icon }) => (
            <NavLink
              key={to}
              component={RouterLink}
              to={to}
              end={to === '/'}
              label={label}
              leftSection={<Icon size={18} aria-hidden />}
              active={to === '/' ? pathname === '/' : isWithin(pathname, to)}
              onClick={onNavigate}
              variant="light"
            />
          ))}
        </ScrollArea>
      </AppShell.Section>
      <AppShell.Section>
        <NavLink
          component={RouterLink}
          to="/account"
          label="Account"
          description={profile.name}
          active={isWithin(pathname, '/account')}
          leftSection={<CircleUserRound size={18} aria-hidden />}
          onClick={onNavigate}
          variant="light"
        />
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

function isWithin(pathname: string, page: string): boolean {
  return pathname === page || pathname.startsWith(`${page}/`);
}
