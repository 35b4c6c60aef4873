import type { User } from '../../api/schemas/user.ts';
import { ConfirmDialog } from '../layout/confirm-dialog.tsx';
import { useDeleteUser } from './use-users.ts';

/** Deletes a user, once that has been confirmed. */
export function DeleteUser({ user, onClose }: { user: User; onClose: () => void }) {
  const remove = useDeleteUser(user.id);
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete ${user.username}?`}
      act="Delete the user"
      onAct={() => remove.mutate(undefined, { onSuccess: onClose })}
      isPending={remove.isPending}
      error={remove.error}
    >
      {user.name} is signed out everywhere, and the API tokens stop working. The audit log keeps
      what was done. To keep the account for later, make it inactive instead.
    </ConfirmDialog>
  );
}
