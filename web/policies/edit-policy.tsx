import { NumberInput, SimpleGrid, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { LabelPolicyView } from '../../api/schemas/label-policy.ts';
import { fieldErrors } from '../client/field-errors.ts';
import { LabelsInput } from '../labels/labels-input.tsx';
import { FormDialog } from '../layout/form-dialog.tsx';
import { describeSubject } from './subject.ts';
import { useSetLabelPolicy } from './use-label-policies.ts';

export interface EditPolicyProps {
  /** Whose policy it is; null: that is asked for as well. */
  subject: string | null;
  /** As it stands; null where there is none yet. */
  policy: LabelPolicyView | null;
  onClose: () => void;
}

/** Sets a label policy. */
export function EditPolicy({ subject, policy, onClose }: EditPolicyProps) {
  const set = useSetLabelPolicy();
  const form = useForm({
    initialValues: {
      subject: subject ?? '',
      allowed: policy?.allowed ?? [],
      denied: policy?.denied ?? [],
      required: policy?.required ?? [],
      max_runners: policy?.max_runners ?? ('' as number | string),
      max_runners_per_hour: policy?.max_runners_per_hour ?? ('' as number | string),
      allow_persistent: policy?.allow_persistent ?? false,
      runner_groups: policy?.runner_groups ?? [],
    },
    validate: { subject: (value) => (value.trim() === '' ? 'Say whose policy it is' : null) },
  });

  function submit(values: typeof form.values): void {
    set.mutate(
      {
        ...values,
        subject: values.subject.trim(),
        max_runners: numberOrNone(values.max_runners),
        max_runners_per_hour: numberOrNone(values.max_runners_per_hour),
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
      size="lg"
      title={subject === null ? 'New label policy' : `Label policy: ${describeSubject(subject)}`}
      act="Save the policy"
      onSubmit={form.onSubmit(submit)}
      isPending={set.isPending}
      error={set.error}
    >
      {subject === null ? (
        <TextInput
          label="Subject"
          description="user:NAME, team:NAME, oidc:ISSUER#SUBJECT, or default"
          placeholder="user:ada"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps('subject')}
        />
      ) : null}
      <LabelsInput
        label="Allowed labels"
        description="Exact, or patterns such as gpu-*. System labels are always allowed."
        {...form.getInputProps('allowed')}
      />
      <LabelsInput
        label="Denied labels"
        description="Even where a pattern above allows them"
        {...form.getInputProps('denied')}
      />
      <LabelsInput
        label="Required labels"
        description="Every runner must have them"
        {...form.getInputProps('required')}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Runners at once"
          placeholder="No limit"
          min={0}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('max_runners')}
        />
        <NumberInput
          label="Runners an hour"
          placeholder="No limit"
          min={0}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('max_runners_per_hour')}
        />
      </SimpleGrid>
      <LabelsInput
        label="Runner groups"
        description="Empty: the default one only"
        {...form.getInputProps('runner_groups')}
      />
      <Switch
        label="Persistent runners"
        description="That stay after a job"
        {...form.getInputProps('allow_persistent', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}

function numberOrNone(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
