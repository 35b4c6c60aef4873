import { useNavigate } from 'react-router';
import { ConfirmDialog } from '../layout/confirm-dialog.tsx';
import { useDeleteTeam } from './use-teams.ts';

/** Deletes a team, once that has been confirmed. */
export function DeleteTeam({ name, onClose }: { name: string; onClose: () => void }) {
  const remove = useDeleteTeam(name);
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete the team ${name}?`}
      act="Delete the team"
      onAct={() =>
        remove.mutate(undefined, { onSuccess: () => void navigate('/teams', { replace: true }) })
      }
      isPending={remove.isPending}
      error={remove.error}
    >
      Its members no longer see its jobs and runners. Users and runners themselves stay.
    </ConfirmDialog>
  );
}
