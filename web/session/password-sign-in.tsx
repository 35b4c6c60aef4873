import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { useSignIn } from './use-sign-in.ts';

/** Username and password. */
export function PasswordSignIn({ signIn }: { signIn: ReturnType<typeof useSignIn> }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate({ username: username.trim(), password });
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Button
          type="submit"
          loading={signIn.isPending}
          disabled={username.trim() === '' || password === ''}
        >
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
