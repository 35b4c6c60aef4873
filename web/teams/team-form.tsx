import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Team } from '../../api/schemas/team.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { LabelsInput } from '../labels/labels-input.tsx';
import { FormDialog } from '../layout/form-dialog.tsx';
import type { TeamWish } from './use-teams.ts';

export interface TeamFormProps {
  /** Undefined for a new team. */
  team?: Team;
  /** Sends it. */
  save: {
    mutate: (
      wish: TeamWish & { name: string },
      options: { onSuccess: () => void; onError: (error: Error) => void },
    ) => void;
    isPending: boolean;
    error: Error | null;
  };
  onClose: () => void;
}

/** Asks what a team is. */
export function TeamForm({ team, save, onClose }: TeamFormProps) {
  const form = useForm({
    initialValues: {
      name: team?.name ?? '',
      description: team?.description ?? '',
      repositories: team?.repositories ?? [],
      target: team?.target ?? '',
    },
    validate: { name: (value) => (value.trim() === '' ? 'Give it a name' : null) },
  });

  function submit({ name, description, repositories, target }: typeof form.values): void {
    save.mutate(
      {
        name: name.trim(),
        description: description.trim(),
        repositories,
        target: target.trim() || null,
      },
      {
        onSuccess: onClose,
        onError: (error) => form.setErrors(fieldErrors(error, Object.keys(form.values))),
      },
    );
  }

  return (
    <FormDialog
      opened
      onClose={onClose}
      title={team ? `Edit ${team.name}` : 'New team'}
      act={team ? 'Save' : 'Create the team'}
      onSubmit={form.onSubmit(submit)}
      isPending={save.isPending}
      error={save.error}
    >
      {team ? null : (
        <TextInput
          label="Name"
          description="Lower case letters, digits and dashes; it stays"
          placeholder="web"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps('name')}
        />
      )}
      <Textarea
        label="Description"
        autosize
        minRows={2}
        maxLength={500}
        {...form.getInputProps('description')}
      />
      <LabelsInput
        label="Repositories"
        description="Whose jobs are the team’s; patterns such as acme/* too"
        placeholder={form.values.repositories.length === 0 ? 'acme/web' : ''}
        {...form.getInputProps('repositories')}
      />
      <TextInput
        label="Target"
        description="Where the team’s runners are registered: an organization, or owner/name of a repository. Empty: whoever provisions says it."
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('target')}
      />
    </FormDialog>
  );
}
