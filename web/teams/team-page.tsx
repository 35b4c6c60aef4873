import { Anchor, Breadcrumbs, Button, DataList, Grid, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, useParams } from 'react-router';
import type { Team } from '../../api/schemas/team.ts';
import { isNotFound } from '../job/is-not-found.ts';
import { Labels } from '../labels/labels.tsx';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Fact } from '../layout/fact.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { Panel } from '../layout/panel.tsx';
import { useMay } from '../permission/use-may.ts';
import { DeleteTeam } from './delete-team.tsx';
import { EditTeam } from './edit-team.tsx';
import { MembersPanel } from './members-panel.tsx';
import { NoSuchTeam } from './no-such-team.tsx';
import { TeamPolicyPanel } from './team-policy-panel.tsx';
import { useTeam } from './use-teams.ts';

/** One team: what is its own, who belongs to it, and its policy. */
export function TeamPage() {
  const { name = '' } = useParams();
  const { data: team, error, isPending, refetch } = useTeam(name);
  if (error && isNotFound(error)) return <NoSuchTeam />;
  return (
    <Page title={`Team ${name}`}>
      <div>
        <Breadcrumbs mb={4} fz="sm">
          <Anchor component={Link} to="/teams" size="sm">
            Teams and policies
          </Anchor>
        </Breadcrumbs>
        <PageHeading
          title={name}
          description={team?.description}
          actions={team ? <Actions team={team} /> : null}
        />
      </div>
      {error ? <ErrorNotice error={error} retry={() => void refetch()} /> : null}
      {isPending ? <Skeleton h={320} aria-label="Loading" role="status" /> : null}
      {team ? <Content team={team} /> : null}
    </Page>
  );
}

function Content({ team }: { team: Team }) {
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <MembersPanel team={team} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Stack gap="md">
          <Panel title="Facts">
            <DataList size="sm" gap={8} labelWidth="100px">
              <Fact name="Repositories">
                {team.repositories.length > 0 ? <Labels labels={team.repositories} /> : 'None'}
              </Fact>
              <Fact name="Target">{team.target ?? 'As the request says'}</Fact>
            </DataList>
          </Panel>
          <TeamPolicyPanel team={team} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Actions({ team }: { team: Team }) {
  const mayWrite = useMay('users:write');
  const [isEditing, edit] = useDisclosure(false);
  const [isDeleting, remove] = useDisclosure(false);
  return (
    <>
      <Button
        component={Link}
        to={`/runners?team=${encodeURIComponent(team.name)}`}
        variant="default"
        size="xs"
      >
        Runners
      </Button>
      {mayWrite ? (
        <>
          <Button variant="default" size="xs" onClick={edit.open}>
            Edit
          </Button>
          <Button variant="default" size="xs" onClick={remove.open}>
            Delete
          </Button>
        </>
      ) : null}
      {isEditing ? <EditTeam team={team} onClose={edit.close} /> : null}
      {isDeleting ? <DeleteTeam name={team.name} onClose={remove.close} /> : null}
    </>
  );
}
