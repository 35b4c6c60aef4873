import { Badge, Button, Group, Table } from '@mantine/core';
import type { Session } from '../../api/schemas/auth.ts';
import { ErrorNotice } from '../layout/error-notice.tsx';
import { Panel } from '../layout/panel.tsx';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { TimeAgo } from '../time/time-ago.tsx';
import { describeBrowser } from './describe-browser.ts';
import { useEndSessions, useOwnSessions } from './use-account.ts';

const METHODS: Readonly<Record<string, string>> = {
  password: 'By password',
  oidc: 'By identity provider',
};

/** Where one is signed in. */
export function SessionsPanel() {
  const list = useOwnSessions();
  const end = useEndSessions();
  const sessions = list.data?.items ?? [];
  const others = sessions.filter(({ current }) => !current).map(({ id }) => id);
  return (
    <Panel
      title="Sessions"
      flush
      aside={
        others.length > 0 ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={end.isPending}
            onClick={() => end.mutate(others)}
          >
            End all others
          </Button>
        ) : null
      }
    >
      {end.error ? <ErrorNotice error={end.error} /> : null}
      <ListState query={list} isEmpty={sessions.length === 0} empty={null} height={120}>
        <ListTable
          caption="Your sessions"
          head={
            <>
              <Table.Th>Browser</Table.Th>
              <Table.Th visibleFrom="sm">Address</Table.Th>
              <Table.Th visibleFrom="sm">Began</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th aria-label="Actions" />
            </>
          }
        >
          {sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              end={() => end.mutate([session.id])}
              isEnding={end.isPending}
            />
          ))}
        </ListTable>
      </ListState>
    </Panel>
  );
}

interface SessionRowProps {
  session: Session;
  end: () => void;
  isEnding: boolean;
}

function SessionRow({ session, end, isEnding }: SessionRowProps) {
  const browser = describeBrowser(session.user_agent);
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6}>
          <span title={session.user_agent ?? undefined}>{browser}</span>
          {session.current ? (
            <Badge size="sm" variant="default" tt="none">
              this one
            </Badge>
          ) : null}
        </Group>
        <div className={classes['under']}>{METHODS[session.method] ?? session.method}</div>
      </Table.Td>
      <Table.Td visibleFrom="sm">{session.address}</Table.Td>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        <TimeAgo at={session.created_at} />
      </Table.Td>
      <Table.Td className={classes['tight']}>
        <TimeAgo at={session.last_used_at} />
      </Table.Td>
      <Table.Td className={classes['actions']}>
        {session.current ? null : (
          <Button
            size="compact-sm"
            variant="default"
            disabled={isEnding}
            onClick={end}
            aria-label={`End the session of ${browser} at ${session.address ?? 'an unknown address'}`}
          >
            End
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
