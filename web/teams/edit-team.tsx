import type { Team } from '../../api/schemas/team.ts';
import { TeamForm } from './team-form.tsx';
import { useUpdateTeam } from './use-teams.ts';

/** Changes a team. */
export function EditTeam({ team, onClose }: { team: Team; onClose: () => void }) {
  return <TeamForm team={team} save={useUpdateTeam(team.name)} onClose={onClose} />;
}
