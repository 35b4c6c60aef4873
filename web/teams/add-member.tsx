import { Box, Button, Group, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Member } from '../../api/schemas/team.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { MEMBER_KINDS } from './member-kinds.ts';
import classes from './add-member.module.css';
import { useAddMember } from './use-teams.ts';

const KINDS = Object.entries(MEMBER_KINDS).map(([value, { label }]) => ({ value, label }));
const INITIAL = { kind: 'user' as Member['kind'], value: '', issuer: '', claim: 'groups' };

/** Adds a member to a team. */
export function AddMember({ team }: { team: string }) {
  const add = useAddMember(team);
  const form = useForm({
    initialValues: INITIAL,
    validate: {
      value: (value) => (value.trim() === '' ? 'Say who' : null),
      claim: (value, { kind }) =>
        kind === 'claim' && value.trim() === '' ? 'Name the claim' : null,
    },
  });
  const { kind } = form.values;
  const { meaning, placeholder } = MEMBER_KINDS[kind];

  function submit({ value, issuer, claim }: typeof form.values): void {
    const isOutside = kind === 'subject' || kind === 'claim';
    add.mutate(
      {
        kind,
        value: value.trim(),
        ...(isOutside && issuer.trim() !== '' && { issuer: issuer.trim() }),
        ...(kind === 'claim' && { claim: claim.trim() }),
      },
      {
        onSuccess: () => form.setFieldValue('value', ''),
        onError: (error) => form.setErrors(fieldErrors(error, Object.keys(form.values))),
      },
    );
  }

  return (
    <Box
      component="form"
      noValidate
      aria-label="Add a member"
      className={classes['root']}
      onSubmit={form.onSubmit(submit)}
    >
      <Group gap="sm" align="flex-end">
        <Select
          label="Add by"
          data={KINDS}
          allowDeselect={false}
          className={classes['kind']}
          {...form.getInputProps('kind')}
        />
        {kind === 'claim' ? (
          <TextInput
            label="Claim"
            autoComplete="off"
            className={classes['kind']}
            {...form.getInputProps('claim')}
          />
        ) : null}
        <TextInput
          label={meaning}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          className={classes['value']}
          {...form.getInputProps('value')}
        />
        {kind === 'subject' || kind === 'claim' ? (
          <TextInput
            label="Issuer"
            placeholder="Any"
            autoComplete="off"
            spellCheck={false}
            className={classes['value']}
            {...form.getInputProps('issuer')}
          />
        ) : null}
        <Button type="submit" variant="default" loading={add.isPending}>
          Add
        </Button>
      </Group>
      {add.error ? (
        <Box mt="sm">
          <ErrorNotice error={add.error} />
        </Box>
      ) : null}
    </Box>
  );
}
