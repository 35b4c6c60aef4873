import { Box, Button, Table } from '@mantine/core';
import { UserRound } from 'lucide-react';
import type { Member, Team } from '../../api/schemas/team.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Panel } from '../layout/panel.tsx';
import { useMay } from '../permission/use-may.ts';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { AddMember } from './add-member.tsx';
import { MEMBER_KINDS } from './member-kinds.ts';
import { useRemoveMember } from './use-teams.ts';

/** Who belongs to a team. */
export function MembersPanel({ team }: { team: Team }) {
  const mayWrite = useMay('users:write');
  const remove = useRemoveMember(team.name);
  return (
    <Panel title="Members" flush>
      {remove.error ? (
        <Box p="md">
          <ErrorNotice error={remove.error} />
        </Box>
      ) : null}
      {team.members.length === 0 ? (
        <EmptyState title="No member yet" icon={<UserRound size={28} />} />
      ) : (
        <ListTable
          caption="Members"
          head={
            <>
              <Table.Th>Member</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th aria-label="Actions" />
            </>
          }
        >
          {team.members.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              remove={mayWrite ? () => remove.mutate(member.id) : undefined}
              isRemoving={remove.isPending}
            />
          ))}
        </ListTable>
      )}
      {mayWrite ? <AddMember team={team.name} /> : null}
    </Panel>
  );
}

interface MemberRowProps {
  member: Member;
  remove?: (() => void) | undefined;
  isRemoving: boolean;
}

function MemberRow({ member, remove, isRemoving }: MemberRowProps) {
  const { kind, issuer, claim, value } = member;
  return (
    <Table.Tr>
      <Table.Td>
        <span className={classes['name']}>{value}</span>
        {issuer ? <div className={classes['under']}>of {issuer}</div> : null}
      </Table.Td>
      <Table.Td className={classes['tight']}>
        {MEMBER_KINDS[kind].label}
        {claim ? <div className={classes['under']}>{claim}</div> : null}
      </Table.Td>
      <Table.Td className={classes['actions']}>
        {remove ? (
          <Button
            size="compact-sm"
            variant="default"
            disabled={isRemoving}
            onClick={remove}
            aria-label={`Remove ${value}`}
          >
            Remove
          </Button>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}
