import {
  Alert,
  Button,
  Center,
  Code,
  Paper,
  PasswordInput,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Logo } from '../frame/logo.tsx';
import { signInProblem } from './sign-in-problem.ts';
import { useSignIn } from './use-sign-in.ts';

/** Asks for the admin token. */
export function SignInPage() {
  const [token, setToken] = useState('');
  const signIn = useSignIn();
  return (
    <Center component="main" mih="100dvh" p="md">
      <title>Sign in · Runyard</title>
      <Paper
        component="form"
        withBorder
        shadow="sm"
        p="xl"
        w="100%"
        maw={400}
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(token.trim());
        }}
      >
        <Stack gap="md">
          <Logo size={40} />
          <div>
            <Title order={1} size="h3">
              Sign in to Runyard
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              With the admin token. Where Runyard was started with <Code>npm start</Code>, it stands
              in <Code>.runyard/admin-token</Code>.
            </Text>
          </div>
          {signIn.error ? (
            <Alert color="red" role="alert" icon={<TriangleAlert size={18} />} variant="outline">
              {signInProblem(signIn.error)}
            </Alert>
          ) : null}
          <PasswordInput
            label="Admin token"
            name="token"
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            autoFocus
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
          />
          <Button type="submit" loading={signIn.isPending} disabled={token.trim() === ''}>
            Sign in
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
