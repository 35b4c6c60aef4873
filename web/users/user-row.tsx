import { Badge, Button, Group, Table } from '@mantine/core';
import { CircleCheck, CircleSlash } from 'lucide-react';
import type { User } from '../../api/schemas/user.ts';
import { Mark } from '../status/mark.tsx';
import classes from '../table/list-table.module.css';
import { TimeAgo } from '../time/time-ago.tsx';

export interface UserRowProps {
  user: User;
  isSelf: boolean;
  /** Undefined where the reader may not change users. */
  edit?: (() => void) | undefined;
  remove?: (() => void) | undefined;
}

/** One user of the table. */
export function UserRow({ user, isSelf, edit, remove }: UserRowProps) {
  const origin = user.issuer ? `by ${user.issuer}` : user.has_password ? '' : 'no password yet';
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6}>
          <span className={classes['name']}>{user.username}</span>
          {isSelf ? (
            <Badge size="sm" variant="default" tt="none">
              you
            </Badge>
          ) : null}
        </Group>
        <div className={classes['under']}>
          {[user.name, user.email, origin].filter(Boolean).join(' · ')}
        </div>
      </Table.Td>
      <Table.Td className={classes['tight']}>
        {user.role}
        <div className={classes['under']}>
          {user.scope === 'all' ? 'sees everything' : 'sees own teams'}
        </div>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        {user.active ? (
          <Mark label="Active" tone="good" icon={CircleCheck} />
        ) : (
          <Mark label="Not active" tone="neutral" icon={CircleSlash} />
        )}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes['tight']}>
        {user.last_sign_in_at ? <TimeAgo at={user.last_sign_in_at} /> : 'Never'}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes['tight']}>
        <TimeAgo at={user.created_at} />
      </Table.Td>
      <Table.Td className={classes['actions']}>
        <div className={classes['buttons']}>
          {edit ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={edit}
              aria-label={`Edit ${user.username}`}
            >
              Edit
            </Button>
          ) : null}
          {remove ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={remove}
              aria-label={`Delete ${user.username}`}
            >
              Delete
            </Button>
          ) : null}
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
