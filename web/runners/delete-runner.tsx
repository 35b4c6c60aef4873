import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { ApiError } from '../client/api-error.ts';
import type { Registration } from '../../api/schemas/registration.ts';
import { ConfirmDialog } from '../layout/confirm-dialog.tsx';
import { useProfile } from '../session/profile-context.ts';
import { useDeleteRunner } from './use-runners.ts';

/** Removes a runner, once that has been confirmed. */
export function DeleteRunner({ runner, onClose }: { runner: Registration; onClose: () => void }) {
  const remove = useDeleteRunner(runner.id);
  const [force, setForce] = useState(false);
  const { role } = useProfile();
  const isBusy =
    runner.status === 'busy' ||
    (remove.error instanceof ApiError && remove.error.code === 'runner_busy');
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete ${runner.name}?`}
      act="Delete the runner"
      onAct={() => remove.mutate({ force }, { onSuccess: onClose })}
      isPending={remove.isPending}
      error={remove.error}
    >
      It is removed at GitHub, and its machine can’t take jobs any more.
      {isBusy && role === 'admin' ? (
        <Checkbox
          mt="sm"
          label="Delete it although it runs a job"
          description="The job fails at GitHub"
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
      ) : null}
    </ConfirmDialog>
  );
}
