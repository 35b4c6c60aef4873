import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { User } from '../../api/schemas/user.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { FormDialog } from '../layout/form-dialog.tsx';
import { RoleField } from './role-field.tsx';
import { SCOPES } from './roles.ts';
import { useCreateUser } from './use-users.ts';

export interface CreateUserProps {
  onClose: () => void;
  onCreated: (created: { username: string; password: string }) => void;
}

/** Asks who the new user is; the password is made by the server. */
export function CreateUser({ onClose, onCreated }: CreateUserProps) {
  const create = useCreateUser();
  const form = useForm({
    initialValues: {
      username: '',
      name: '',
      email: '',
      role: 'viewer' as User['role'],
      scope: 'all' as User['scope'],
    },
    validate: {
      username: (value) => (value.trim() === '' ? 'Give a username' : null),
      name: (value) => (value.trim() === '' ? 'Give a name' : null),
    },
  });

  function submit({ username, name, email, role, scope }: typeof form.values): void {
    create.mutate(
      {
        username: username.trim(),
        name: name.trim(),
        ...(email.trim() !== '' && { email: email.trim() }),
        role,
        scope,
      },
      {
        onSuccess: (user) => {
          onClose();
          const password = user.initial_password;
          if (password !== undefined) onCreated({ username: user.username, password });
        },
        onError: (error) => form.setErrors(fieldErrors(error, Object.keys(form.values))),
      },
    );
  }

  return (
    <FormDialog
      opened
      onClose={onClose}
      title="New user"
      act="Create the user"
      onSubmit={form.onSubmit(submit)}
      isPending={create.isPending}
      error={create.error}
    >
      <TextInput
        label="Username"
        placeholder="ada"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        {...form.getInputProps('username')}
      />
      <TextInput
        label="Name"
        placeholder="Ada Lovelace"
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput
        label="E-mail"
        description="Optional"
        type="email"
        autoComplete="off"
        {...form.getInputProps('email')}
      />
      <RoleField {...form.getInputProps('role')} />
      <Select label="Sees" data={SCOPES} allowDeselect={false} {...form.getInputProps('scope')} />
    </FormDialog>
  );
}
