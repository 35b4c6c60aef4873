import { Alert, Button, Center, Divider, Paper, Stack, Text, Title } from '@mantine/core';
import { KeyRound, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Logo } from '../frame/logo.tsx';
import { PasswordSignIn } from './password-sign-in.tsx';
import { callbackProblem, signInProblem } from './sign-in-problem.ts';
import { useSignIn } from './use-sign-in.ts';
import { useSignInMethods } from './use-sign-in-methods.ts';

/** Asks who is there: by password, or by one of the identity providers. */
export function SignInPage() {
  const signIn = useSignIn();
  const methods = useSignInMethods();
  const [callbackCode] = useState(takeCallbackCode);
  const issuers = methods.data?.oidc ?? [];
  // Where the methods can't be told, the password is tried all the same.
  const byPassword = methods.data?.password ?? !methods.isPending;
  const problem = signIn.error
    ? signInProblem(signIn.error)
    : callbackCode !== null && signIn.isIdle
      ? callbackProblem(callbackCode)
      : null;
  return (
    <Center component="main" mih="100dvh" p="md">
      <title>Sign in · Runyard</title>
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={400}>
        <Stack gap="md">
          <Logo size={40} />
          <div>
            <Title order={1} size="h3">
              Sign in to Runyard
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              The first start printed the administrator’s password on its terminal.
            </Text>
          </div>
          {problem ? (
            <Alert color="red" role="alert" icon={<TriangleAlert size={18} />} variant="outline">
              {problem}
            </Alert>
          ) : null}
          {byPassword ? <PasswordSignIn signIn={signIn} /> : null}
          {byPassword && issuers.length > 0 ? <Divider label="or" /> : null}
          {issuers.map(({ id, name }) => (
            <Button
              key={id}
              component="a"
              href={startOf(id)}
              variant="default"
              leftSection={<KeyRound size={16} aria-hidden />}
            >
              Sign in with {name}
            </Button>
          ))}
        </Stack>
      </Paper>
    </Center>
  );
}

/** Where the sign-in with an identity provider begins; it leads back to the page that was asked for. */
function startOf(issuer: string): string {
  const { pathname, search } = window.location;
  const query = new URLSearchParams({ issuer, return_to: `${pathname}${search}` });
  return `/api/auth/oidc/start?${query}`;
}

/** Reads the callback's error once: another sign-in must not be told of it, nor a reload. */
function takeCallbackCode(): string | null {
  const address = new URL(window.location.href);
  const code = address.searchParams.get('sign_in_error');
  if (code === null) return null;
  address.searchParams.delete('sign_in_error');
  window.history.replaceState(window.history.state, '', address);
  return code;
}
