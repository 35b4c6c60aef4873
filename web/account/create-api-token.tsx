import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { fieldErrors } from '../client/field-errors.ts';
import { FormDialog } from '../layout/form-dialog.tsx';
import { useProfile } from '../session/profile-context.ts';
import { useCreateApiToken } from './use-account.ts';

const LIFETIMES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Never' },
];

export interface CreateApiTokenProps {
  onClose: () => void;
  onMade: (made: { name: string; token: string }) => void;
}

/** Asks what a new API token is for. */
export function CreateApiToken({ onClose, onMade }: CreateApiTokenProps) {
  const profile = useProfile();
  const create = useCreateApiToken();
  const form = useForm({
    initialValues: { name: '', permissions: [] as string[], expires_in_days: '90' },
    validate: { name: (value) => (value.trim() === '' ? 'Give it a name' : null) },
  });

  function submit({ name, permissions, expires_in_days: days }: typeof form.values): void {
    create.mutate(
      {
        name: name.trim(),
        ...(permissions.length > 0 && { permissions }),
        ...(days !== '' && { expires_in_days: Number(days) }),
      },
      {
        onSuccess: (made) => {
          onClose();
          onMade(made);
        },
        onError: (error) =>
          form.setErrors(fieldErrors(error, ['name', 'permissions', 'expires_in_days'])),
      },
    );
  }

  return (
    <FormDialog
      opened
      onClose={onClose}
      title="New API token"
      act="Make the token"
      onSubmit={form.onSubmit(submit)}
      isPending={create.isPending}
      error={create.error}
    >
      <TextInput
        label="Name"
        description="What it is for"
        placeholder="nightly report"
        maxLength={100}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <MultiSelect
        label="Permissions"
        description="None chosen: all that you have"
        placeholder={form.values.permissions.length === 0 ? 'All of mine' : ''}
        data={profile.permissions}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Clear permissions' }}
        {...form.getInputProps('permissions')}
      />
      <Select
        label="Expires after"
        data={LIFETIMES}
        allowDeselect={false}
        {...form.getInputProps('expires_in_days')}
      />
    </FormDialog>
  );
}
