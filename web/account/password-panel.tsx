import { Alert, Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { CircleCheck } from 'lucide-react';
import { fieldErrors } from '../client/field-errors.ts';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Panel } from '../layout/panel.tsx';
import { useChangePassword } from './use-account.ts';

/** Characters; the API asks for the same. */
const SHORTEST = 12;

/** Sets another password. */
export function PasswordPanel() {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current_password: '', new_password: '', repeated: '' },
    validate: {
      current_password: (value) => (value === '' ? 'Give the present password' : null),
      new_password: (value) => (value.length < SHORTEST ? `At least ${SHORTEST} characters` : null),
      repeated: (value, { new_password }) =>
        value === new_password ? null : 'This is not the same password',
    },
  });
  const show = { visibilityToggleButtonProps: { 'aria-label': 'Show the password' } };

  function submit({ current_password, new_password }: typeof form.values): void {
    change.mutate(
      { current_password, new_password },
      {
        onSuccess: () => form.reset(),
        onError: (error) =>
          form.setErrors(fieldErrors(error, ['current_password', 'new_password'])),
      },
    );
  }

  return (
    <Panel title="Change password">
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack gap="sm">
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            {...show}
            {...form.getInputProps('current_password')}
          />
          <PasswordInput
            label="New password"
            description={`At least ${SHORTEST} characters, and none of the common ones`}
            autoComplete="new-password"
            {...show}
            {...form.getInputProps('new_password')}
          />
          <PasswordInput
            label="New password again"
            autoComplete="new-password"
            {...show}
            {...form.getInputProps('repeated')}
          />
          {change.error ? <ErrorNotice error={change.error} /> : null}
          {change.isSuccess ? (
            <Alert variant="outline" color="green" role="status" icon={<CircleCheck size={18} />}>
              The password is changed. Your other sessions have ended.
            </Alert>
          ) : null}
          <Button type="submit" variant="default" loading={change.isPending}>
            Change the password
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
