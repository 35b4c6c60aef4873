import { Anchor, Button, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Plus, UsersRound } from 'lucide-react';
import { Link } from 'react-router';
import type { Team } from '../../api/schemas/team.ts';
import { Labels } from '../labels/labels.tsx';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { Panel } from '../layout/panel.tsx';
import { useMay } from '../permission/use-may.ts';
import { PoliciesPanel } from '../policies/policies-panel.tsx';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { NextPage } from '../table/next-page.tsx';
import { CreateTeam } from './create-team.tsx';
import { useTeams } from './use-teams.ts';

/** Teams, and the label policies of them and of everyone. */
export function TeamsPage() {
  const list = useTeams();
  const mayWrite = useMay('users:write');
  const [isCreating, { open, close }] = useDisclosure(false);
  const teams = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Teams and policies">
      <PageHeading
        title="Teams and policies"
        description="Who shares runners, and which labels they may have"
      />
      <Panel
        title="Teams"
        flush
        aside={
          mayWrite ? (
            <Button size="compact-sm" leftSection={<Plus size={14} />} onClick={open}>
              New team
            </Button>
          ) : null
        }
      >
        <ListState
          query={list}
          isEmpty={teams.length === 0}
          height={120}
          empty={
            <EmptyState title="No team yet" icon={<UsersRound size={28} />}>
              A team shares runners, a label policy and a quota. Its members see its jobs.
            </EmptyState>
          }
        >
          <ListTable
            caption="Teams"
            head={
              <>
                <Table.Th>Team</Table.Th>
                <Table.Th visibleFrom="sm">Repositories</Table.Th>
                <Table.Th visibleFrom="md">Target</Table.Th>
                <Table.Th>Members</Table.Th>
                <Table.Th visibleFrom="sm">Policy</Table.Th>
              </>
            }
          >
            {teams.map((team) => (
              <TeamRow key={team.name} team={team} />
            ))}
          </ListTable>
          <NextPage list={list} />
        </ListState>
      </Panel>
      <PoliciesPanel mayWrite={mayWrite} />
      {isCreating ? <CreateTeam onClose={close} /> : null}
    </Page>
  );
}

function TeamRow({ team }: { team: Team }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component={Link}
          to={`/teams/${encodeURIComponent(team.name)}`}
          className={classes['name']}
          data-row
        >
          {team.name}
        </Anchor>
        <div className={classes['under']}>{team.description}</div>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['wide']}>
        <Labels labels={team.repositories} />
      </Table.Td>
      <Table.Td visibleFrom="md">{team.target ?? '–'}</Table.Td>
      <Table.Td className={`${classes['tight']} numeric`}>{team.members.length}</Table.Td>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        {team.policy ? 'Its own' : 'Default'}
      </Table.Td>
    </Table.Tr>
  );
}
