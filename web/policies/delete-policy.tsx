import { ConfirmDialog } from '../layout/confirm-dialog.tsx';
import { describeSubject } from './subject.ts';
import { DEFAULT_SUBJECT, useDeleteLabelPolicy } from './use-label-policies.ts';

/** Deletes a label policy, once that has been confirmed. */
export function DeletePolicy({ subject, onClose }: { subject: string; onClose: () => void }) {
  const remove = useDeleteLabelPolicy(subject);
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete the policy: ${describeSubject(subject)}?`}
      act="Delete the policy"
      onAct={() => remove.mutate(undefined, { onSuccess: onClose })}
      isPending={remove.isPending}
      error={remove.error}
    >
      {subject === DEFAULT_SUBJECT
        ? 'What applies then is what Runyard’s settings say of people without a policy.'
        : 'The default policy applies then. Runners that are there already stay.'}
    </ConfirmDialog>
  );
}
