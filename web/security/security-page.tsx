import { Box, Button, Paper } from '@mantine/core';
import { ShieldCheck } from 'lucide-react';
import { choicesOf, SEVERITIES } from '../audit/event-appearance.ts';
import { EventTable } from '../audit/event-table.tsx';
import { useAuditEventTypes } from '../audit/use-audit.ts';
import { FilterMoment } from '../filters/filter-moment.tsx';
import { FilterRow } from '../filters/filter-row.tsx';
import { FilterSelect } from '../filters/filter-select.tsx';
import { FilterText } from '../filters/filter-text.tsx';
import classes from '../filters/filter-bar.module.css';
import { useUrlFilters } from '../filters/use-url-filters.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { Page } from '../layout/page.tsx';
import { PageHeading } from '../layout/page-heading.tsx';
import { ListState } from '../table/list-state.tsx';
import { LoadMore } from '../table/load-more.tsx';
import { SECURITY_FILTERS } from './security-filters.ts';
import { useSecurityEvents } from './use-security-events.ts';

const CATEGORIES = new Set(['security', 'authorization', 'authentication']);
const SEVERITY_CHOICES = choicesOf(SEVERITIES);

/** Failed sign-ins, denials, and what Runyard took for suspicious. */
export function SecurityPage() {
  const { filters, change, clear, isFiltered } = useUrlFilters(SECURITY_FILTERS);
  const list = useSecurityEvents(filters);
  const types = useAuditEventTypes().data ?? [];
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  const more = classes['more'];
  return (
    <Page title="Security events">
      <PageHeading
        title="Security events"
        description="Failed sign-ins, what was denied, and what looks suspicious"
      />
      <FilterRow
        isFiltered={isFiltered}
        clear={clear}
        first={
          <FilterText
            label="Subject"
            placeholder="user:ada"
            value={filters.subject}
            onChange={(subject) => change({ subject })}
            className={classes['first']}
          />
        }
      >
        <FilterSelect
          label="Type"
          data={types.filter(({ category }) => CATEGORIES.has(category)).map(({ type }) => type)}
          value={filters.type}
          onChange={(type) => change({ type })}
          searchable
          className={`${more} ${classes['wide']}`}
        />
        <FilterSelect
          label="Severity"
          data={SEVERITY_CHOICES}
          value={filters.severity}
          onChange={(severity) => change({ severity })}
          className={more}
        />
        <FilterMoment
          label="Since"
          value={filters.since}
          onChange={(since) => change({ since })}
          className={`${more} ${classes['wide']}`}
        />
      </FilterRow>
      <Paper withBorder style={{ borderColor: 'var(--runyard-hairline)', overflow: 'hidden' }}>
        <ListState
          query={list}
          isEmpty={events.length === 0}
          height={320}
          empty={
            <EmptyState
              heading={2}
              title={isFiltered ? 'No security event matches' : 'No security event'}
              icon={<ShieldCheck size={28} />}
              action={
                isFiltered ? (
                  <Button variant="default" size="compact-md" onClick={clear}>
                    Clear the filters
                  </Button>
                ) : null
              }
            >
              One that comes will appear here by itself.
            </EmptyState>
          }
        >
          <Box style={{ opacity: list.isPlaceholderData ? 0.6 : 1 }}>
            <EventTable events={events} caption="Security events, the latest first" />
          </Box>
        </ListState>
      </Paper>
      <LoadMore list={list} count={events.length} noun={['security event', 'security events']} />
    </Page>
  );
}
