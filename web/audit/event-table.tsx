import { Box, Table, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { AuditEventView } from '../../api/schemas/audit.ts';
import { Mark } from '../status/mark.tsx';
import { ListTable } from '../table/list-table.tsx';
import classes from '../table/list-table.module.css';
import { formatMoment } from '../time/moment.ts';
import { appearanceOf, OUTCOMES, SEVERITIES } from './event-appearance.ts';
import { EventDrawer } from './event-drawer.tsx';
import { useDescribe } from './use-describe.ts';

/** Audit events, one a row; each opens with all that is known of it. */
export function EventTable({
  events,
  caption,
}: {
  events: readonly AuditEventView[];
  caption: string;
}) {
  const [opened, setOpened] = useState<AuditEventView | null>(null);
  return (
    <>
      <ListTable
        caption={caption}
        head={
          <>
            <Table.Th>Event</Table.Th>
            <Table.Th visibleFrom="sm">Actor</Table.Th>
            <Table.Th visibleFrom="md">Resource</Table.Th>
            <Table.Th visibleFrom="sm">Outcome</Table.Th>
            <Table.Th visibleFrom="sm">Time</Table.Th>
          </>
        }
      >
        {events.map((event) => (
          <EventRow key={event.id} event={event} open={() => setOpened(event)} />
        ))}
      </ListTable>
      <EventDrawer event={opened} onClose={() => setOpened(null)} />
    </>
  );
}

function EventRow({ event, open }: { event: AuditEventView; open: () => void }) {
  const describe = useDescribe();
  const severity = appearanceOf(SEVERITIES, event.severity);
  const outcome = appearanceOf(OUTCOMES, event.outcome);
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton className={classes['name']} data-row onClick={open} aria-haspopup="dialog">
          {describe(event.type)}
        </UnstyledButton>
        <div className={`${classes['under']} ${classes['line']}`}>
          <Mark {...severity} />
          <span>{event.type}</span>
        </div>
        <Box hiddenFrom="sm" className={classes['under']}>
          {event.actor.name} · {outcome.label} · {formatMoment(event.time)}
        </Box>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['wide']}>
        {event.actor.name}
        <div className={classes['under']}>{event.actor.address}</div>
      </Table.Td>
      <Table.Td visibleFrom="md">
        {event.resource ? (
          <>
            {event.resource.id}
            <div className={classes['under']}>{event.resource.type}</div>
          </>
        ) : null}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes['tight']}>
        <Mark {...outcome} />
      </Table.Td>
      <Table.Td visibleFrom="sm" className={`${classes['tight']} numeric`}>
        <time dateTime={event.time}>{formatMoment(event.time)}</time>
      </Table.Td>
    </Table.Tr>
  );
}
