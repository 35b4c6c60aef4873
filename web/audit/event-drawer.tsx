import { Anchor, DataList, Drawer, Group, Stack, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { AuditEventView } from '../../api/schemas/audit.ts';
import { Copyable } from '../layout/copyable.tsx';
import { Fact } from '../layout/fact.tsx';
import { Mark } from '../status/mark.tsx';
import { formatMoment } from '../time/moment.ts';
import { auditAddress } from './audit-filters.ts';
import { appearanceOf, inWords, OUTCOMES, SEVERITIES } from './event-appearance.ts';
import classes from './event-drawer.module.css';
import { resourceAddress } from './resource-address.ts';
import { useDescribe } from './use-describe.ts';

/** All that is known of one event, and where the story goes on. */
export function EventDrawer({
  event,
  onClose,
}: {
  event: AuditEventView | null;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened={event !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title="Audit event"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {event ? <EventFacts event={event} onNavigate={onClose} /> : null}
    </Drawer>
  );
}

function EventFacts({ event, onNavigate }: { event: AuditEventView; onNavigate: () => void }) {
  const describe = useDescribe();
  const { actor, resource, correlation_id: correlationId } = event;
  const page = resource ? resourceAddress(resource) : null;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h4">
          {describe(event.type)}
        </Title>
        <Group gap="md" mt={4}>
          <Mark {...appearanceOf(SEVERITIES, event.severity)} />
          <Mark {...appearanceOf(OUTCOMES, event.outcome)} />
        </Group>
      </div>
      <Group gap="md" component="nav" aria-label="Related">
        {correlationId ? (
          <StoryLink to={auditAddress({ correlation_id: correlationId })} onClick={onNavigate}>
            Whole story
          </StoryLink>
        ) : null}
        {page ? (
          <StoryLink to={page} onClick={onNavigate}>
            Show the {resource?.type.replaceAll('_', ' ')}
          </StoryLink>
        ) : null}
        {resource ? (
          <StoryLink
            to={auditAddress({ resource_type: resource.type, resource_id: resource.id })}
            onClick={onNavigate}
          >
            All about this {resource.type.replaceAll('_', ' ')}
          </StoryLink>
        ) : null}
        <StoryLink to={auditAddress({ actor: actor.id })} onClick={onNavigate}>
          All by this actor
        </StoryLink>
      </Group>
      <DataList size="sm" gap={8} labelWidth="120px">
        <Fact name="Time">{formatMoment(event.time)}</Fact>
        <Fact name="Type">{event.type}</Fact>
        <Fact name="Category">{inWords(event.category)}</Fact>
        <Fact name="Action">{event.action}</Fact>
        <Fact name="Actor">{actor.name}</Fact>
        <Fact name="Actor’s id">
          <Copyable text={actor.id} />
        </Fact>
        <Fact name="Actor’s kind">{inWords(actor.kind)}</Fact>
        <Fact name="Address">{actor.address}</Fact>
        <Fact name="Resource">{resource ? inWords(resource.type) : null}</Fact>
        <Fact name="Resource’s id">{resource ? <Copyable text={resource.id} /> : null}</Fact>
        <Fact name="Correlation">{correlationId ? <Copyable text={correlationId} /> : null}</Fact>
        <Fact name="Event’s id">
          <Copyable text={event.id} />
        </Fact>
        <Fact name="Sequence">{event.sequence}</Fact>
        <Fact name="Hash">
          <Copyable text={event.hash} shown={`${event.hash.slice(0, 16)}…`} />
        </Fact>
        <Fact name="Hash before">
          <Copyable text={event.prev_hash} shown={`${event.prev_hash.slice(0, 16)}…`} />
        </Fact>
      </DataList>
      {Object.keys(event.details).length > 0 ? (
        <section aria-label="Details">
          <Title order={3} size="h6" mb={4}>
            Details
          </Title>
          <pre className={classes['details']} tabIndex={0}>
            {JSON.stringify(event.details, null, 2)}
          </pre>
        </section>
      ) : null}
    </Stack>
  );
}

interface StoryLinkProps {
  to: string;
  onClick: () => void;
  children: React.ReactNode;
}

function StoryLink({ to, onClick, children }: StoryLinkProps) {
  return (
    <Anchor component={Link} to={to} onClick={onClick} size="sm">
      {children}
    </Anchor>
  );
}
