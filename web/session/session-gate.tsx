import { Center } from '@mantine/core';
import { LoadingPage } from '../frame/loading-page.tsx';
import { lazy, type ReactNode, Suspense } from 'react';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { ProfileContext } from './profile-context.ts';
import { useSession } from './use-session.ts';

const SignInPage = lazy(async () => ({
  default: (await import('./sign-in-page.tsx')).SignInPage,
}));

/** Shows its children to those who are signed in, and the sign-in page, at any address, to others. */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useSession();
  if (session.isPending) return <LoadingPage />;
  if (session.isError) {
    return (
      <Center component="main" h="100dvh" p="md">
        <ErrorNotice error={session.error} retry={() => void session.refetch()} />
      </Center>
    );
  }
  if (session.data === null) {
    return (
      <Suspense fallback={<LoadingPage />}>
        <SignInPage />
      </Suspense>
    );
  }
  return <ProfileContext value={session.data}>{children}</ProfileContext>;
}
