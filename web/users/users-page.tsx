import { Button, Code, Paper, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { User } from '../../api/schemas/user.ts';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { useMay } from '../permission/use-may.ts';
import { ShownOnce } from '../secret/shown-once.tsx';
import { useProfile } from '../session/profile-context.ts';
import { ListState } from '../table/list-state.tsx';
import { ListTable } from '../table/list-table.tsx';
import { LoadMore } from '../table/load-more.tsx';
import { CreateUser } from './create-user.tsx';
import { DeleteUser } from './delete-user.tsx';
import { EditUser } from './edit-user.tsx';
import { UserRow } from './user-row.tsx';
import { useUsers } from './use-users.ts';

/** Everyone who has an account. */
export function UsersPage() {
  const list = useUsers();
  const mayWrite = useMay('users:write');
  const { username: own } = useProfile();
  const [isCreating, { open, close }] = useDisclosure(false);
  const [created, setCreated] = useState<{ username: string; password: string } | null>(null);
  const [edited, setEdited] = useState<User | null>(null);
  const [doomed, setDoomed] = useState<User | null>(null);
  const users = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title="Users">
      <PageHeading
        title="Users"
        actions={
          mayWrite ? (
            <Button size="xs" leftSection={<UserPlus size={16} />} onClick={open}>
              New user
            </Button>
          ) : null
        }
      />
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        <ListState query={list} isEmpty={users.length === 0} empty={null}>
          <ListTable
            caption="Users"
            head={
              <>
                <Table.Th>User</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th visibleFrom="sm">State</Table.Th>
                <Table.Th visibleFrom="md">Last sign-in</Table.Th>
                <Table.Th visibleFrom="md">Created</Table.Th>
                <Table.Th aria-label="Actions" />
              </>
            }
          >
            {users.map((user) => (
              <UserRow
                key={user.id}
                user={user}
                isSelf={user.username === own}
                edit={mayWrite ? () => setEdited(user) : undefined}
                remove={mayWrite ? () => setDoomed(user) : undefined}
              />
            ))}
          </ListTable>
        </ListState>
      </Paper>
      <LoadMore list={list} count={users.length} noun={['user', 'users']} />
      {isCreating ? <CreateUser onClose={close} onCreated={setCreated} /> : null}
      {edited ? <EditUser key={edited.id} user={edited} onClose={() => setEdited(null)} /> : null}
      {doomed ? <DeleteUser key={doomed.id} user={doomed} onClose={() => setDoomed(null)} /> : null}
      {created ? (
        <ShownOnce
          title={`The password of ${created.username}`}
          secrets={[{ name: 'Initial password', value: created.password }]}
          onClose={() => setCreated(null)}
        >
          Give it to <Code>{created.username}</Code> by a way that others can’t read. It can be
          changed on the account page after the first sign-in.
        </ShownOnce>
      ) : null}
    </Page>
  );
}
