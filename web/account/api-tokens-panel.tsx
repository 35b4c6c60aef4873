import { Button, Code, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ApiToken } from '../../api/schemas/user.ts';
import { Labels } from '../labels/labels.tsx';
import { ConfirmDialog } from '../layout/confirm-dialog.tsx';
import { EmptyState } from '../layout/empty-state.tsx';
import { Panel } from '../layout/panel.tsx';
import { ShownOnce } from '../secret/shown-once.tsx';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { NextPage } from '../table/next-page.tsx';
import { TimeAgo } from '../time/time-ago.tsx';
import { formatMoment } from '../time/moment.ts';
import { CreateApiToken } from './create-api-token.tsx';
import { useApiTokens, useRevokeApiToken } from './use-account.ts';

/** Tokens for scripts and the command line. */
export function ApiTokensPanel() {
  const list = useApiTokens();
  const [isMaking, { open, close }] = useDisclosure(false);
  const [made, setMade] = useState<{ name: string; token: string } | null>(null);
  const [doomed, setDoomed] = useState<ApiToken | null>(null);
  const tokens = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title="API tokens"
      flush
      aside={
        <Button size="compact-sm" leftSection={<Plus size={14} />} onClick={open}>
          New token
        </Button>
      }
    >
      <ListState
        query={list}
        isEmpty={tokens.length === 0}
        height={120}
        empty={
          <EmptyState title="No API token" icon={<KeyRound size={28} />}>
            Scripts and the command line sign in with one.
          </EmptyState>
        }
      >
        <ListTable
          caption="Your API tokens"
          head={
            <>
              <Table.Th>Name</Table.Th>
              <Table.Th visibleFrom="sm">Permissions</Table.Th>
              <Table.Th visibleFrom="sm">Expires</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th aria-label="Actions" />
            </>
          }
        >
          {tokens.map((token) => (
            <TokenRow key={token.id} token={token} revoke={() => setDoomed(token)} />
          ))}
        </ListTable>
        <NextPage list={list} />
      </ListState>
      {isMaking ? <CreateApiToken onClose={close} onMade={setMade} /> : null}
      {made ? (
        <ShownOnce
          title={`The API token “${made.name}”`}
          secrets={[{ name: 'API token', value: made.token }]}
          onClose={() => setMade(null)}
        >
          Send it as <Code>Authorization: Bearer …</Code>, or sign in to the command line with it.
        </ShownOnce>
      ) : null}
      <RevokeToken token={doomed} onClose={() => setDoomed(null)} />
    </Panel>
  );
}

function TokenRow({ token, revoke }: { token: ApiToken; revoke: () => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <div className={classes['name']}>{token.name}</div>
        <div className={classes['under']}>{token.hint}</div>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['wide']}>
        {token.permissions.length > 0 ? <Labels labels={token.permissions} /> : 'All that you may'}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        {token.expires_at ? formatMoment(token.expires_at) : 'Never'}
      </Table.Td>
      <Table.Td className={classes['tight']}>
        {token.last_used_at ? <TimeAgo at={token.last_used_at} /> : 'Never'}
      </Table.Td>
      <Table.Td className={classes['actions']}>
        <Button
          size="compact-sm"
          variant="default"
          onClick={revoke}
          aria-label={`Revoke ${token.name}`}
        >
          Revoke
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function RevokeToken({ token, onClose }: { token: ApiToken | null; onClose: () => void }) {
  const revoke = useRevokeApiToken();
  function close(): void {
    revoke.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      opened={token !== null}
      onClose={close}
      title={`Revoke “${token?.name ?? ''}”?`}
      act="Revoke the token"
      onAct={() => token && revoke.mutate(token.id, { onSuccess: close })}
      isPending={revoke.isPending}
      error={revoke.error}
    >
      Whatever uses it is refused from then on.
    </ConfirmDialog>
  );
}
