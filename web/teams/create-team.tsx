import { TeamForm } from './team-form.tsx';
import { useCreateTeam } from './use-teams.ts';

/** Makes a new team. */
export function CreateTeam({ onClose }: { onClose: () => void }) {
  return <TeamForm save={useCreateTeam()} onClose={onClose} />;
}
