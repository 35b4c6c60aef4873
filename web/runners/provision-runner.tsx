import { Autocomplete, Radio, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ProvisionedRunner, Registration } from '../../api/schemas/registration.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { LabelsInput } from '../labels/labels-input.tsx';
import { FormDialog } from '../layout/form-dialog.tsx';
import { useProfile } from '../session/profile-context.ts';
import { AllowanceNote } from './allowance-note.tsx';
import { type RunnerWish, useAllowance, useProvisionRunner } from './use-runners.ts';

export interface ProvisionRunnerProps {
  onClose: () => void;
  onGiven: (given: ProvisionedRunner) => void;
}

const INITIAL = {
  runner_name: '',
  labels: [] as string[],
  /** Empty: for oneself. */
  team: '',
  target: '',
  runner_group: '',
  mode: 'jit' as Registration['mode'],
  ephemeral: true,
};

/** Asks which runner is wanted, and says beforehand what the policy allows. */
export function ProvisionRunner({ onClose, onGiven }: ProvisionRunnerProps) {
  const { teams: own } = useProfile();
  const provision = useProvisionRunner();
  const form = useForm({
    initialValues: { ...INITIAL, team: own[0] ?? '' },
    validate: { runner_name: (value) => (value.trim() === '' ? 'Give it a name' : null) },
  });
  const { team, mode } = form.values;
  const allowance = useAllowance(team === '' ? null : team);
  const teams = allowance.data?.teams ?? own;
  const policy = allowance.data?.policy;
  const targets = allowance.data?.targets ?? [];
  const mayPersist = mode === 'registration_token' && policy?.allow_persistent === true;

  function submit(values: typeof form.values): void {
    provision.mutate(wishOf(values, mayPersist), {
      onSuccess: (given) => {
        onClose();
        onGiven(given);
      },
      onError: (error) => form.setErrors(fieldErrors(error, Object.keys(form.values))),
    });
  }

  return (
    <FormDialog
      opened
      onClose={onClose}
      size="lg"
      title="Provision a runner"
      act="Provision"
      onSubmit={form.onSubmit(submit)}
      isPending={provision.isPending}
      error={provision.error}
    >
      <TextInput
        label="Name"
        description="At GitHub; unique there"
        placeholder="build-box-1"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        {...form.getInputProps('runner_name')}
      />
      {teams.length > 0 ? (
        <Select
          label="For"
          data={[
            ...teams.map((name) => ({ value: name, label: `The team ${name}` })),
            { value: '', label: 'Myself' },
          ]}
          allowDeselect={false}
          {...form.getInputProps('team')}
        />
      ) : null}
      <AllowanceNote allowance={allowance} />
      <LabelsInput
        label="Labels"
        description="self-hosted is added; those of operating system and architecture are always allowed"
        data={(policy?.allowed ?? []).filter((label) => !label.includes('*'))}
        {...form.getInputProps('labels')}
      />
      <Autocomplete
        label="Target"
        description="An organization, or owner/name of a repository. Empty: the first that is known."
        placeholder={targets[0] ?? 'acme'}
        data={targets}
        {...form.getInputProps('target')}
      />
      <Radio.Group label="Registration" {...form.getInputProps('mode')}>
        <Stack gap="xs" mt="xs">
          <Radio
            value="jit"
            label="Just in time"
            description="A configuration for one job, with labels that the machine can’t change"
          />
          <Radio
            value="registration_token"
            label="Registration token"
            description="For config.sh; lives an hour. Labels are compared with GitHub afterwards."
          />
        </Stack>
      </Radio.Group>
      <Switch
        label="Ephemeral"
        description={
          mayPersist
            ? 'One job, then it’s gone'
            : 'One job, then it’s gone. A persistent runner needs a registration token and a policy that allows it.'
        }
        disabled={!mayPersist}
        {...form.getInputProps('ephemeral', { type: 'checkbox' })}
        checked={!mayPersist || form.values.ephemeral}
      />
      <Autocomplete
        label="Runner group"
        description="Empty: the default one"
        data={policy?.runner_groups ?? []}
        {...form.getInputProps('runner_group')}
      />
    </FormDialog>
  );
}

/** The request that a filled-in form stands for; what is left empty isn't said. */
function wishOf(values: typeof INITIAL, mayPersist: boolean): RunnerWish {
  const { runner_name: name, labels, team, target, runner_group: group, mode, ephemeral } = values;
  return {
    runner_name: name.trim(),
    labels,
    mode,
    team: team === '' ? null : team,
    ephemeral: !mayPersist || ephemeral,
    ...(target.trim() !== '' && { target: target.trim() }),
    ...(group.trim() !== '' && { runner_group: group.trim() }),
  };
}
