import { PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { User } from '../../api/schemas/user.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { FormDialog } from '../layout/form-dialog.tsx';
import { RoleField } from './role-field.tsx';
import { SCOPES } from './roles.ts';
import { type UserChange, useUpdateUser } from './use-users.ts';

/** Changes one user; only what was changed is sent. */
export function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const update = useUpdateUser(user.id);
  const form = useForm({
    initialValues: {
      name: user.name,
      email: user.email ?? '',
      role: user.role,
      scope: user.scope,
      active: user.active,
      password: '',
    },
    validate: { name: (value) => (value.trim() === '' ? 'Give a name' : null) },
  });

  function submit({ name, email, role, scope, active, password }: typeof form.values): void {
    const change: UserChange = {
      ...(name.trim() !== user.name && { name: name.trim() }),
      ...(email.trim() !== (user.email ?? '') && { email: email.trim() || null }),
      ...(role !== user.role && { role }),
      ...(scope !== user.scope && { scope }),
      ...(active !== user.active && { active }),
      ...(password !== '' && { password }),
    };
    if (Object.keys(change).length === 0) {
      onClose();
      return;
    }
    update.mutate(change, {
      onSuccess: onClose,
      onError: (error) => form.setErrors(fieldErrors(error, Object.keys(form.values))),
    });
  }

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Edit ${user.username}`}
      act="Save"
      onSubmit={form.onSubmit(submit)}
      isPending={update.isPending}
      error={update.error}
    >
      <TextInput label="Name" autoComplete="off" data-autofocus {...form.getInputProps('name')} />
      <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps('email')} />
      <RoleField {...form.getInputProps('role')} />
      <Select label="Sees" data={SCOPES} allowDeselect={false} {...form.getInputProps('scope')} />
      <PasswordInput
        label="New password"
        description="Empty: it stays as it is. Another one ends the user’s sessions."
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        {...form.getInputProps('password')}
      />
      <Switch
        label="Active"
        description="Whoever is not active can’t sign in, and their tokens are refused"
        {...form.getInputProps('active', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
