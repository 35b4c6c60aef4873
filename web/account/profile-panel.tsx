import { DataList } from '@mantine/core';
import type { Profile } from '../../api/schemas/auth.ts';
import { Labels } from '../labels/labels.tsx';
import { Fact } from '../layout/fact.tsx';
import { Panel } from '../layout/panel.tsx';
import { formatMoment } from '../time/moment.ts';

/** Who is signed in, and what that allows. */
export function ProfilePanel({ profile }: { profile: Profile }) {
  return (
    <Panel title="Profile">
      <DataList size="sm" gap={8} labelWidth="110px">
        <Fact name="Name">{profile.name}</Fact>
        <Fact name="Username">{profile.username}</Fact>
        <Fact name="E-mail">{profile.email}</Fact>
        <Fact name="Role">{profile.role}</Fact>
        <Fact name="Sees">
          {profile.scope === 'all' ? 'Everything' : 'What belongs to the own teams'}
        </Fact>
        <Fact name="Teams">
          {profile.teams.length > 0 ? <Labels labels={profile.teams} /> : 'None'}
        </Fact>
        <Fact name="May read">{resourcesOf(profile, 'read')}</Fact>
        <Fact name="May change">{resourcesOf(profile, 'write') || 'Nothing'}</Fact>
        <Fact name="Session until">
          {profile.session_expires_at ? formatMoment(profile.session_expires_at) : null}
        </Fact>
      </DataList>
    </Panel>
  );
}

/** What somebody may read or change, in words: `jobs, runners`. */
function resourcesOf({ permissions }: Profile, action: 'read' | 'write'): string {
  const ending = `:${action}`;
  return permissions
    .filter((permission) => permission.endsWith(ending))
    .map((permission) => permission.slice(0, -ending.length))
    .join(', ');
}
